//! Channels that are called otherwise than they were, and what is told of channels in which the client is not.

mod common;

use common::Session;

/// A client called ann.
fn ann() -> Session {
    let mut session = Session::new();
    session.client("NICK ann\r\n").server(":irc.example 001 ann :Welcome ann!a@h\r\n");
    session
}

/// The channels with how many are in each.
fn channels(session: &Session) -> Vec<(String, usize)> {
    let state = session.decoder.session();
    let members = |name: &&[u8]| state.channels().get(name, state.support().casemapping()).unwrap().members().len();
    state.channels().names().iter().map(|name| (String::from_utf8_lossy(name).into_owned(), members(name))).collect()
}

#[test]
fn a_channel_gets_a_new_name() {
    let mut session = ann();
    session.server(":ann!a@h JOIN #old\r\n:irc.example 353 ann = #old :ann @bob\r\n:ann!a@h JOIN #there\r\n");
    session.server(":bob!b@h RENAME #Old #new :why\r\n:bob!b@h RENAME #nowhere #x :\r\n:bob!b@h RENAME #new x :\r\n");
    assert_eq!(channels(&session), [("#new".to_owned(), 2), ("#there".to_owned(), 1)]);
    session.server(":bob!b@h RENAME #new #NEW :\r\n:bob!b@h RENAME #NEW #There :\r\n");
    assert_eq!(channels(&session), [("#There".to_owned(), 2)]);
    session.server(":ann!a@h PART #there\r\n");
    assert_eq!(channels(&session), []);
}

#[test]
fn who_set_the_topic_of_a_channel_elsewhere_is_told_with_it() {
    let mut session = ann();
    session.server(":ann!a@h JOIN #in\r\n:irc.example 332 ann #x :words\r\n:irc.example 332 ann #in :others\r\n");
    session.server(":irc.example 333 ann #X bob 1700000000\r\n:irc.example 333 ann #in eve 1700000001\r\n");
    session.server(":irc.example 332 ann #y :of y\r\n:irc.example 333 ann #x bob 1700000000\r\n");
    let topics = session.events("Topic");
    assert!(topics[2].contains("text: \"words\", setter: \"bob\", time: Some(1700000000)"), "{topics:?}");
    assert!(topics[3].contains("text: \"others\", setter: \"eve\", time: Some(1700000001)"), "{topics:?}");
    assert!(topics[5].contains("text: \"\""), "no other channel's topic");
    assert_eq!(channels(&session), [("#in".to_owned(), 1)]);
}

fn recase(session: &mut Session, casemapping: &str) {
    session.server(format!(":irc.example 005 ann CASEMAPPING={casemapping} :are supported\r\n"));
}

#[test]
fn upper_and_lower_case_may_change_while_in_channels() {
    let mut session = ann();
    session.server(":ann!a@h JOIN #a[x\r\n:ann!a@h JOIN #A{y\r\n:irc.example 353 ann = #a[x :ann @B[ a-nick-that-takes-more-room\r\n");
    recase(&mut session, "ascii");
    session.server(":b[!b@h PRIVMSG #a[x :hi\r\n:b{!b@h PART #a[x\r\n:b[!b@h NICK bob\r\n:ann!a@h PART #a[y\r\n");
    assert_eq!(channels(&session), [("#A{y".to_owned(), 1), ("#a[x".to_owned(), 3)]);
    session.server(":bob!b@h PART #A[X\r\n:ann!a@h JOIN #a{x\r\n:eve!e@h JOIN #a{x\r\n:Bo^!e@h JOIN #a[x\r\n:bo~!e@h JOIN #a[x\r\n");
    assert_eq!(channels(&session), [("#A{y".to_owned(), 1), ("#a[x".to_owned(), 4), ("#a{x".to_owned(), 2)]);
    recase(&mut session, "rfc1459");
    assert_eq!(channels(&session), [("#A{y".to_owned(), 1), ("#a[x".to_owned(), 3)]);
    session.server(":ann!a@h PART #A{X\r\n:ann!a@h PART #a[Y\r\n");
    assert_eq!(channels(&session), []);
}

#[test]
fn a_server_that_changes_its_mind_time_and_again_is_not_followed() {
    let mut session = ann();
    for n in 0..100 {
        session.server(format!(":ann!a@h JOIN #a[{n}\r\n"));
        recase(&mut session, if n % 2 == 0 { "ascii" } else { "rfc1459" });
        assert_eq!(channels(&session).len(), if n < 32 { n + 1 } else { 0 });
    }
}
