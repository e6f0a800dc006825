//! SSH inside a WebSocket is read as it is outside.

mod support;

use support::made::{CHACHA, CIPHERS, CLIENT, Made, SERVER};
use support::{Piece, Recorded, connections, decode, decode_invariantly, in_a_websocket, resegmented, shared};
use wiretale_protocol::Direction;
use wiretale_testkit::Random;

const PLAIN: fn(Direction) -> Option<[u8; 4]> = |_| None;

// As the RFC wants it: the client masks, the server does not.
fn masked(seed: u64) -> impl FnMut(Direction) -> Option<[u8; 4]> {
    let mut random = Random::new(seed);
    move |direction| (direction == CLIENT).then(|| (random.between(0, u64::from(u32::MAX)) as u32).to_be_bytes())
}

fn guessed_then_let_in(which: usize) -> Recorded {
    let mut made = Made::opened(CIPHERS[which], "OpenSSH_9.9");
    made.asks(4, None).refuses().asks(4, Some(9)).refuses().asks(4, Some(12)).lets_in().end();
    made.recorded
}

fn assert_read_alike(recorded: &Recorded) {
    let bare = decode_invariantly(recorded, 2).expect("SSH");
    for wrapped in [in_a_websocket(recorded, PLAIN), in_a_websocket(recorded, masked(7))] {
        let inside = decode_invariantly(&wrapped, 20).expect("SSH inside");
        assert_eq!(bare.session, inside.session);
        assert_eq!(bare.events, inside.events);
        assert_eq!(inside.services, ["http", "websocket", "ssh"]);
    }
}

#[test]
fn ssh_in_a_websocket_is_read_masked_or_not_however_cut() {
    for which in 0..CIPHERS.len() {
        assert_read_alike(&guessed_then_let_in(which));
    }
}

#[test]
fn every_byte_on_its_own_tells_the_same() {
    let wrapped = in_a_websocket(&guessed_then_let_in(0), masked(3));
    let mut bytes = Vec::new();
    for (at, direction, piece) in &wrapped.pieces {
        match piece {
            Piece::Data(data) => bytes.extend(data.iter().map(|&byte| (*at, *direction, Piece::Data(vec![byte])))),
            other => bytes.push((*at, *direction, other.clone())),
        }
    }
    let single = Recorded { client: wrapped.client, server: wrapped.server, pieces: bytes };
    let (whole, single) = (decode(&wrapped).expect("SSH"), decode(&single).expect("SSH"));
    assert_eq!((whole.session, whole.events), (single.session, single.events));
}

#[test]
fn an_identification_in_parts_is_awaited_and_other_traffic_is_not_ssh() {
    let mut made = Made::new(CHACHA);
    for part in [&b"S"[..], b"SH", b"-2.0-a\r\n"] {
        made.clear(CLIENT, part);
    }
    assert!(decode(&in_a_websocket(&made.recorded, masked(1))).is_some());
    for (side, text) in [(CLIENT, &b"{\"op\":1}"[..]), (SERVER, b"\x01\x02\x03"), (CLIENT, b"SSH-99")] {
        let mut made = Made::new(CHACHA);
        made.clear(side, text);
        assert!(decode(&in_a_websocket(&made.recorded, PLAIN)).is_none(), "{text:?}");
    }
}

#[test]
fn bytes_lost_inside_a_frame_end_nothing() {
    let mut wrapped = in_a_websocket(&guessed_then_let_in(1), PLAIN);
    let last = wrapped.pieces.iter().rposition(|piece| matches!(piece, (_, CLIENT, Piece::Data(_)))).expect("a piece");
    let (at, direction, Piece::Data(bytes)) = wrapped.pieces[last].clone() else { unreachable!() };
    let (head, tail) = bytes.split_at(bytes.len() - 10);
    let parts = [Piece::Data(head.to_vec()), Piece::Gap(4), Piece::Data(tail[4..].to_vec())];
    wrapped.pieces.splice(last..=last, parts.map(|piece| (at, direction, piece)));
    let login = decode(&wrapped).and_then(|said| said.session).expect("a session").login;
    assert_eq!(login.accepted, Some(true));
}

#[test]
fn the_recordings_of_real_programs_are_judged_alike_inside_a_websocket() {
    for name in ["noise/noise", "exposure/exposure", "incident/incident"] {
        let Some(path) = shared(&format!("lab/{name}.pcap.gz")) else { return };
        let all = connections(&path);
        for recorded in all.iter().filter(|recorded| decode(recorded).is_some()).take(12) {
            let bare = decode(recorded).expect("SSH");
            let inside = decode_invariantly(&in_a_websocket(recorded, masked(5)), 1).expect("SSH inside");
            assert_eq!((bare.session, bare.events), (inside.session, inside.events), "{name} {}", recorded.client);
        }
    }
}

#[test]
fn a_tunnel_of_wstunnel_is_read_as_zeek_reads_it() {
    let Some(path) = shared("zeek/traces/websocket/wstunnel-ssh.pcap") else { return };
    let tunnels = connections(&path);
    assert_eq!(tunnels.len(), 2);
    for (recorded, accepted) in tunnels.iter().zip([false, true]) {
        let said = decode(recorded).expect("SSH inside");
        assert_eq!(said.services, ["http", "websocket", "ssh"]);
        assert_eq!(said.fingerprints, ["SHA256:6LbqpdxvAGQWpGGx9CtTQkAj/isBBbuf"]);
        let login = said.session.expect("a session").login;
        assert_eq!(login.accepted, Some(accepted));
        // Its pings are seconds away from what the same side sends next, so a cut that joins them moves the time of
        // that turn; what was typed may be weighed otherwise then, the login may not.
        for seed in 0..8 {
            let again = decode(&resegmented(recorded, &mut Random::new(seed))).expect("still SSH");
            assert_eq!((again.session.expect("a session").login, again.events.len()), (login, said.events.len()));
        }
    }
}
