use alloc::vec::Vec;

use super::*;

type Read = (&'static str, Vec<u8>, Vec<Vec<u8>>);

fn read(service: Service, text: &str) -> Option<Read> {
    request(service, text.as_bytes()).map(|request| {
        (request.kind, request.account.to_vec(), request.secrets.iter().map(|secret| secret.to_vec()).collect())
    })
}

#[test]
fn secrets_in_words_to_services() {
    let secrets = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
    for (service, text, kind, account, words) in [
        (Service::Nick, "identify pw", "nickserv-identify", "", &["pw"][..]),
        (Service::Nick, "IDENTIFY ann pw", "nickserv-identify", "ann", &["pw"]),
        (Service::Nick, "REGISTER pw a@example.org", "nickserv-register", "", &["pw"]),
        (Service::Nick, "GHOST ann pw", "nickserv-ghost", "ann", &["pw"]),
        (Service::Nick, "REGAIN ann pw", "nickserv-recover", "ann", &["pw"]),
        (Service::Nick, "SET PASSWORD new", "nickserv-set-password", "", &["new"]),
        (Service::Nick, "SET ann PASSWORD new", "nickserv-set-password", "ann", &["new"]),
        (Service::Chan, "IDENTIFY #c pw", "chanserv-identify", "#c", &["pw"]),
        (Service::Chan, "REGISTER #c pw a room", "chanserv-register", "#c", &["pw"]),
        (Service::Q, "AUTH ann pw", "q-identify", "ann", &["pw"]),
        (Service::Q, "NEWPASS old new new", "q-set-password", "", &["old", "new", "new"]),
        (Service::X, "login ann pw", "x-identify", "ann", &["pw"]),
        (Service::Auth, "REGISTER ann pw a@example.org", "authserv-register", "ann", &["pw"]),
        (Service::Oper, "SU pw", "operserv-identify", "", &["pw"]),
    ] {
        assert_eq!(read(service, text), Some((kind, account.as_bytes().to_vec(), secrets(words))), "{text}");
    }
    for text in ["HELP IDENTIFY", "IDENTIFY", "INFO ann", "SET EMAIL a@example.org", "GHOST ann", "", "REGISTER"] {
        assert_eq!(read(Service::Nick, text), None, "{text}");
    }
    assert_eq!(read(Service::Chan, "REGISTER #c"), None);
}

#[test]
fn services_by_their_names() {
    assert_eq!(Service::named(b"nickserv@services.example.org"), Some(Service::Nick));
    assert_eq!(Service::named(b"Q@CServe.quakenet.org"), Some(Service::Q));
    assert_eq!(Service::named(b"x@channels.undernet.org"), Some(Service::X));
    assert_eq!(Service::named(b"AuthServ"), Some(Service::Auth));
    assert_eq!(Service::named(b"SomeServ"), Some(Service::Other));
    assert_eq!(Service::named(b"ann"), None);
    assert_eq!(Service::named(b"#x"), None);
}

#[test]
fn verdicts_in_the_words_of_many_services() {
    for (text, want) in [
        ("Password accepted - you are now recognized.", Some(Verdict::Accepted)),
        ("You are now identified for \x02ann\x02.", Some(Verdict::Accepted)),
        ("You are now logged in as ann.", Some(Verdict::Accepted)),
        ("Nickname \x02ann\x02 registered.", Some(Verdict::Accepted)),
        ("Password for \x02ann\x02 changed.", Some(Verdict::Accepted)),
        ("AUTHENTICATION SUCCESSFUL as ann!", Some(Verdict::Accepted)),
        ("Ghost with your nick has been killed.", Some(Verdict::Accepted)),
        ("Password incorrect.", Some(Verdict::Refused)),
        ("Invalid password for ann.", Some(Verdict::Refused)),
        ("\x02ann\x02 is not a registered nickname.", Some(Verdict::Refused)),
        ("[MAIN]: *Failed pass auth*", Some(Verdict::Refused)),
        ("Unknown command GHOST.", Some(Verdict::Neither)),
        ("You are already identified.", Some(Verdict::Neither)),
        ("This nickname is registered and protected.  If it is your", None),
        ("nick, type /msg NickServ IDENTIFY password.  Otherwise,", None),
        ("good morning", None),
    ] {
        assert_eq!(verdict(text.as_bytes()), want, "{text}");
    }
}

#[test]
fn words_that_log_in_to_a_bot() {
    assert_eq!(bot_login(b".login s3cret").as_deref(), Some(&[&b"s3cret"[..]][..]));
    assert_eq!(bot_login(b"!AUTH me s3cret").map(|words| words.len()), Some(2));
    assert_eq!(bot_login(b".login"), None);
    assert_eq!(bot_login(b"login s3cret"), None);
    assert_eq!(bot_login(b".status now"), None);
}

#[test]
fn words_that_make_one_known_to_an_eggdrop() {
    let secrets = |text: &str| bot_request(text.as_bytes()).map(|secrets| secrets.join(&b' '));
    for text in ["IDENT pw", "ident pw ann", "PASS pw", "OP pw #x", "voice pw &x", "ADDHOST pw *!ann@example.org"] {
        assert_eq!(secrets(text).as_deref(), Some(&b"pw"[..]), "{text}");
    }
    assert_eq!(secrets("pass old new").as_deref(), Some(&b"old new"[..]));
    for text in ["op me", "op me please", "pass me the salt", "key in #x please", "go away", "ident", "hello there"] {
        assert_eq!(secrets(text), None, "{text}");
    }
}
