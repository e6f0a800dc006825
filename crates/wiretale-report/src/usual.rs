//! What is usual on a network, and on which ports.

/// Is it one of the services that have ports of their own, and not on one of them?
pub(crate) fn is_unusual(service: &str, port: u16) -> bool {
    PORTS.iter().any(|(name, ports)| *name == service && !ports.contains(&port))
}

/// Is it a data connection, by appointment on a port of its own?
pub(crate) fn is_data(service: &str) -> bool {
    matches!(service, "ftp-data" | "irc-dcc-data" | "irc-dcc-chat")
}

/// What every host does all day, and no intruder lives by: where room is short, it leaves half of it to the rest.
pub(crate) fn is_everyday(service: &str, port: u16) -> bool {
    EVERYDAY.contains(&service) && !is_unusual(service, port)
}

const EVERYDAY: &[&str] = &["http", "ssl", "quic", "dns", "ntp", "smtp", "pop3", "imap"];

const PORTS: &[(&str, &[u16])] = &[
    ("ssh", &[22]),
    ("ftp", &[21]),
    ("irc", &[6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667, 6668, 6669, 7000]),
    ("http", &[80, 8000, 8008, 8080, 3128]),
    ("smtp", &[25, 465, 587]),
    ("pop3", &[110]),
    ("imap", &[143]),
    ("dns", &[53, 5353, 5355]),
    ("telnet", &[23]),
    ("ssl", &[443, 465, 563, 636, 853, 989, 990, 992, 993, 994, 995, 6697, 8443]),
    ("rdp", &[3389]),
    ("rfb", &[5900, 5901]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_everyday_on_its_own_port() {
        assert!(is_everyday("http", 80) && is_everyday("ssl", 443) && is_everyday("ntp", 123));
        assert!(!is_everyday("http", 31_337) && !is_everyday("ssh", 22) && !is_everyday("irc", 6667));
        assert!(!is_everyday("", 80));
    }
}
