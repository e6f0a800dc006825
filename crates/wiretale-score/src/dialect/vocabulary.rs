//! The words of the dialect.

use super::Verb;

pub(super) const MARKS: &[u8] = b".!@~$%^&*+-?#`";
// What a quotation or a blank begins with.
const QUOTES: &[u8] = b"[<0123456789 \t\n\x0c\r";
// Verbs that need no mark: nobody says them for anything else.
pub(super) const SHORTEST_PLAIN: usize = 6;
pub(super) const PLAIN: &[&[u8]] =
    &[b"advscan", b"ntscan", b"ipscan", b"scanall", b"synflood", b"udpflood", b"tcpflood", b"httpflood"];
// For each first byte of an order the second ones, as a set of their five lowest bits; any where it is no letter.
pub(super) static OPENS: [u32; 256] = {
    let (mut opens, mut at) = ([0; 256], 0);
    while at < PLAIN.len() + SPACES.len() {
        let word = if at < PLAIN.len() { PLAIN[at] } else { SPACES[at - PLAIN.len()] };
        let seconds = 1 << (word[1] % 32);
        opens[word[0] as usize] |= seconds;
        opens[word[0].to_ascii_uppercase() as usize] |= seconds;
        at += 1;
    }
    at = 0;
    while at < MARKS.len() + QUOTES.len() {
        let byte = if at < MARKS.len() { MARKS[at] } else { QUOTES[at - MARKS.len()] };
        opens[byte as usize] = u32::MAX;
        at += 1;
    }
    opens
};
// Agobot's families of verbs.
pub(super) const SPACES: &[&[u8]] = &[b"bot", b"ddos", b"scan", b"http", b"cvar", b"spam", b"sniffer", b"redirect"];
pub(super) const STEMS: &[(&[u8], Verb)] = &[
    (b"flood", Verb::Flood),
    (b"ddos", Verb::Flood),
    (b"scan", Verb::Scan),
    (b"exploit", Verb::Scan),
    (b"spread", Verb::Scan),
];
pub(super) const VERBS: &[(Verb, &[&[u8]])] = &[
    (
        Verb::Scan,
        &[b"scan", b"advscan", b"asc", b"scanall", b"sa", b"ntscan", b"ipscan", b"pscan", b"pan", b"spread", b"root"],
    ),
    (
        Verb::Flood,
        &[
            b"udp",
            b"tcp",
            b"syn",
            b"icmp",
            b"ack",
            b"std",
            b"tsunami",
            b"packet",
            b"ddos",
            b"targa3",
            b"phatwonk",
            b"phatsyn",
            b"phaticmp",
            b"unknown",
            b"hold",
            b"cnc",
            b"junk",
            b"clone",
            b"clones",
        ],
    ),
    (
        Verb::Fetch,
        &[
            b"download",
            b"dl",
            b"wget",
            b"get",
            b"update",
            b"upd",
            b"http",
            b"visit",
            b"click",
            b"install",
            b"egg",
            b"curl",
        ],
    ),
    (
        Verb::Run,
        &[b"exec", b"execute", b"sh", b"cmd", b"shell", b"run", b"raw", b"c_raw", b"open", b"php", b"system", b"find"],
    ),
    (Verb::Channel, &[b"join", b"j", b"part", b"cycle", b"c_join", b"c_part"]),
    (Verb::Login, &[b"login", b"l", b"auth", b"user"]),
    (
        Verb::Leave,
        &[
            b"die",
            b"kill",
            b"killall",
            b"remove",
            b"uninstall",
            b"bye",
            b"logout",
            b"quit",
            b"disconnect",
            b"reconnect",
        ],
    ),
    (
        Verb::Report,
        &[
            b"version",
            b"ver",
            b"status",
            b"uptime",
            b"longuptime",
            b"sysinfo",
            b"si",
            b"netinfo",
            b"ni",
            b"driveinfo",
            b"di",
            b"id",
            b"uname",
            b"threads",
            b"info",
            b"speed",
            b"highspeed",
            b"scanstats",
            b"scanstop",
            b"stop",
            b"stopscan",
            b"about",
            b"getcdkey",
            b"rndnick",
            b"flushdns",
            b"secure",
            b"unsecure",
            b"pstore",
            b"get_os_version",
        ],
    ),
    (Verb::Relay, &[b"proxy", b"socks", b"socks4", b"socks5", b"bnc", b"redirect", b"back", b"conback"]),
    (Verb::Listen, &[b"sniff", b"sniffer", b"keylog", b"httpd", b"tftp", b"rlogind"]),
    (Verb::Wait, &[b"sleep", b"wait", b"delay"]),
];
pub(super) const WEAKNESSES: &[&[u8]] = &[
    b"lsass", b"dcom", b"asn1", b"netbios", b"ntpass", b"webdav", b"mssql", b"upnp", b"wkssvc", b"pnp", b"optix",
    b"sasser", b"wins", b"netapi", b"vnc", b"telnet", b"ssh", b"ms0", b"ms1",
];
pub(super) const PROGRAMS: &[&[u8]] = &[
    b"uname",
    b"id",
    b"ls",
    b"wget",
    b"curl",
    b"cd",
    b"rm",
    b"cat",
    b"ps",
    b"kill",
    b"chmod",
    b"perl",
    b"python",
    b"bash",
    b"nohup",
    b"whoami",
    b"cmd.exe",
    b"net",
    b"reg",
    b"powershell",
];
pub(super) const REPORTS: &[&[u8]] = &[
    b"password accepted",
    b"failed pass auth",
    b"random port scan",
    b"exploiting ip",
    b"flooding:",
    b"scan stopped",
    b"thread(s) stopped",
    b"packeting ",
    b"bot uptime",
    b"file transfer complete",
    b"packets to:",
    b"attack finished",
    b"uid=0(",
];
pub(super) const SCHEMES: &[&[u8]] = &[b"http://", b"https://", b"ftp://", b"tftp://"];
