use super::*;
use crate::testing::{Client, HOST, Play, Server};
use wiretale_irc::{Source, Wire};
use wiretale_packet::Flags;

fn sum(nick: &str, user: &str) -> f64 {
    features(nick.as_bytes(), user.as_bytes(), user.as_bytes()).iter().map(|(db, _)| db).sum()
}

#[test]
fn bots_are_called_otherwise_than_people() {
    for (nick, user) in [
        ("[USA|XP|48213]", "qjwzk"),
        ("[XP]7731", "xp7731"),
        ("XP-5021040", "x"),
        ("DCOM1234", "d"),
        ("[0058-X86]", "zzkrtv"),
    ] {
        assert!(sum(nick, user) >= 6.0, "{nick} {}", sum(nick, user));
    }
    for (nick, user) in [
        ("alice_g", "alice"),
        ("bob", "bob"),
        ("frank|away", "frank"),
        ("wxbot", "wxbot"),
        ("sh4d0w", "jim"),
        ("CrAcKeR", "crk"),
        ("alice_z2", "alice"),
        ("schwartz", "schw"),
    ] {
        assert!(sum(nick, user) < LEAST, "{nick} {}", sum(nick, user));
    }
    assert!(sum("Guest12345", "webchat") <= 4.0);
}

#[test]
fn one_make_on_two_hosts_weighs_more() {
    let mut play = Play::of(BotName::default());
    play.session(0.0, HOST, 6667, "[USA|WQ|482]", "abc");
    play.session(1.0, [10, 0, 0, 8], 6667, "[DEU|WQ|110]", "abc");
    let rows = play.evidence();
    assert!(rows[1].strength > rows[0].strength && rows[1].text.contains("same make"), "{rows:#?}");
}

#[test]
fn people_leave_no_evidence() {
    let mut play = Play::of(BotName::default());
    play.session(0.0, HOST, 6667, "alice", "alice");
    assert!(play.rows().is_empty());
}

#[test]
fn each_feature_has_its_bounds() {
    let told = |nick: &str, user: &str, real_name: &str| -> Vec<&str> {
        features(nick.as_bytes(), user.as_bytes(), real_name.as_bytes()).into_iter().map(|(_, what)| what).collect()
    };
    const FAMILY: &str = "the form of a family of bots";
    const SAME: &str = "the same name for everything";
    for (nick, user, told_of) in [
        // A country, a system or a number alone is a name as good as any.
        ("XP", "a", &[][..]),
        ("usa", "a", &[]),
        ("de-anna", "a", &["a country"]),
        ("xp-anna", "a", &["an operating system"]),
        ("anna48213", "a", &["digits", "a long number"]),
        ("anna4821", "a", &["digits"]),
        ("anna4", "a", &[]),
        ("XP4821", "a", &["digits"]),
        ("XP-482", "a", &["an operating system", "digits"]),
        ("XP-4821", "a", &[FAMILY, "an operating system", "digits"]),
        ("DCOM12", "a", &["digits"]),
        ("DCOM123", "a", &[FAMILY, "digits"]),
        ("anna", "MuhStik-4", &[FAMILY]),
        ("anna482", "ANNA482", &["digits", SAME]),
        ("anna48", "anna48", &["digits"]),
        ("[a]", "a", &["brackets and bars"]),
        ("a^b", "a", &[]),
        // Five consonants in a row, and a vowel in six letters.
        ("qjwzk", "a", &["letters at random"]),
        ("qjwz", "a", &[]),
        ("qjwzka", "a", &["letters at random"]),
        ("qjwzkae", "a", &[]),
        ("anna", "~qjwzk", &["letters at random"]),
    ] {
        assert_eq!(told(nick, user, "Somebody"), told_of, "{nick} {user}");
    }
    for real_name in ["qjwzk", " qjwzk "] {
        assert_eq!(told("anna", "qjwzk", real_name), ["letters at random", SAME]);
    }
    assert!(told("anna", "anna", "anna").is_empty());
}

#[test]
fn a_client_s_own_new_nick_is_judged_and_what_it_is_called_by_force_is_not() {
    let mut play = Play::of(BotName::default());
    let flow = play.session(0.0, HOST, 6667, "anna", "anna");
    for (own, forced) in [(false, false), (true, true), (true, false)] {
        assert!(play.rows().is_empty());
        let (nick, who) = (Wire(b"[USA|XP|48213]"), Source { name: Wire(b"anna"), ..Source::default() });
        play.irc(flow, 1.0, Server, Event::NickChanged { who, nick, own, forced });
    }
    assert_eq!(play.rows(), ["D15.nick"]);
}

#[test]
fn who_is_called_so_for_days_is_less_of_a_bot() {
    let strength = |days: f64| {
        let mut play = Play::of(BotName::default());
        play.session(0.0, HOST, 6667, "XP-5021040", "x");
        play.session(days * 86_400.0, HOST, 6667, "XP-5021041", "x");
        play.evidence()[1].strength
    };
    assert!(strength(1.1) < strength(0.9));
}

#[test]
fn a_bot_s_misspelt_nick_tells() {
    for (line, rows) in [(&b"KCIK a"[..], vec!["D15.nick"]), (b"KICKS a", vec![]), (b"NICK a", vec![])] {
        let mut play = Play::of(BotName::default());
        let flow = play.session(0.0, HOST, 6667, "anna", "anna");
        play.irc(flow, 1.0, Client, Event::Message(wiretale_irc::parse(line).unwrap()));
        assert_eq!(play.rows(), rows);
    }
}

#[test]
fn a_client_is_judged_by_its_own_words_where_its_server_is_out_of_sight() {
    for (answer, rows) in [(None, vec!["D15.nick"]), (Some(Flags::SYN.with(Flags::ACK)), vec![])] {
        let mut play = Play::of(BotName::default());
        let flow = play.met_as(0.0, HOST, [203, 0, 113, 9], 5190, |_| {});
        play.passes(flow, 0.0, Client, Flags::SYN);
        answer.into_iter().for_each(|flags| play.passes(flow, 0.1, Server, flags));
        let [nick, user] = [&b"[USA|XP|48213]"[..], b"qjwzk"].map(Wire);
        play.irc(flow, 1.0, Client, Event::Presumed { nick, user, real_name: user });
        assert_eq!(play.rows(), rows);
        assert!(play.evidence().iter().all(|row| row.text.ends_with("; what the server said was not captured")));
    }
}

#[test]
fn one_who_was_there_before_the_capture_is_called_what_bots_are_called() {
    let mut play = Play::of(BotName::default());
    let flow = play.open_as(0.0, HOST, [203, 0, 113, 10], 5190, |flow| flow.midstream = true);
    for nick in ["alice_g", "[00|DEU|597660]"] {
        play.irc(flow, 1.0, Server, Event::Known { nick: Wire(nick.as_bytes()), server: Wire(b"") });
    }
    assert_eq!(play.rows(), ["D15.nick"]);
}
