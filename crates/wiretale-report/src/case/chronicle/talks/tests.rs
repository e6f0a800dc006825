//! Who finds room.

use super::*;

fn host(number: u32) -> Address {
    Address::v4((0x0a00_0000 + number).to_be_bytes())
}

fn talk(service: &'static str, port: u16, inbound: bool) -> Talk {
    Talk {
        flow: FlowId(1),
        peer: [198, 51, 100, 9].into(),
        port,
        inbound,
        service,
        began: Timestamp::from_nanos(0),
        ended: Timestamp::from_nanos(1),
        sent: 1,
        received: 1,
        missed: 0,
        midstream: false,
        one_sided: false,
    }
}

#[test]
fn everyday_hosts_leave_half_of_the_room_to_others() {
    let mut talks = Talks::default();
    let stranger = Address::v4([198, 51, 100, 9]);
    for number in 0..2 * HOSTS as u32 {
        talks.hear(host(number), stranger, talk("http", 80, false));
    }
    assert_eq!((talks.hosts.len(), talks.left_out()), (HOSTS / 2, 2 * HOSTS as u64 - HOSTS as u64 / 2));
    let late = host(1 << 20);
    talks.hear(late, stranger, talk("ssh", 22_102, true));
    assert_eq!(talks.peers(late.to_ip()).len(), 1);
}

#[test]
fn everyday_peers_leave_half_of_the_room_to_others() {
    let mut talks = Talks::default();
    for number in 0..ALL_PEERS as u32 {
        talks.hear(host(number % 2000), host(1 << 20 | number), talk("ssl", 443, false));
    }
    let everyday = talks.known.len();
    assert!(everyday <= ALL_PEERS / 2, "{everyday}");
    let late = host(1);
    talks.hear(late, Address::v4([198, 51, 100, 9]), talk("irc", 7777, false));
    assert_eq!(talks.known.len(), everyday + 1);
    assert!(talks.unlisted(host(1999).to_ip()).talks > 0, "the rest is counted");
}

#[test]
fn who_calls_a_peer_is_known_however_many_ways_the_peer_came() {
    let mut talks = Talks::default();
    let (busy, peer) = (host(7), Address::v4([198, 51, 100, 9]));
    let services = ["ftp", "irc", "ssh", "smtp", "http", "imap", "pop3", "dns", "telnet", "rdp"];
    for service in services {
        talks.hear(busy, peer, talk(service, 5000, true));
    }
    assert!(talks.callers(peer.to_ip()).is_empty());
    assert_eq!(talks.peers(busy.to_ip())[&peer.to_ip()].inbound(), Some(true));
    talks.hear(busy, peer, talk("irc", 6667, false));
    assert_eq!(talks.callers(peer.to_ip()).into_iter().collect::<Vec<_>>(), [busy.to_ip()]);
    let known = talks.peers(busy.to_ip())[&peer.to_ip()];
    assert!(known.inbound().is_none() && !known.has_room() && known.ways.len() == WAYS, "{:?}", known.ways);
}

#[test]
fn where_room_is_short_a_host_has_fewer_peers_and_a_peer_fewer_connections_one_by_one() {
    let mut talks = Talks::default();
    let peer = |number: u32| host(1 << 20 | number);
    for number in 0..ALL_TALKS as u32 {
        talks.hear(host(number / 2048), peer(number / 256), talk("irc", 6667, false));
    }
    assert_eq!((talks.known.len(), talks.kept), (256, ALL_TALKS / 2 + 128 * FEW_TALKS));
    for number in 0..ALL_PEERS as u32 {
        talks.hear(host(1000 + number / 900), peer(number), talk("irc", 6667, false));
    }
    assert!(talks.known.len() > ALL_PEERS * 3 / 4, "{}", talks.known.len());
    let late = host(5000);
    (0..200).for_each(|number| talks.hear(late, peer(number), talk("irc", 6667, false)));
    assert_eq!(talks.peers(late.to_ip()).len(), FEW_PEERS);
    assert_eq!(talks.unlisted(late.to_ip()).talks, 200 - FEW_PEERS as u64);
}

#[test]
fn data_connections_come_by_one_door_whatever_their_ports() {
    let mut talks = Talks::default();
    for number in 0..2 * DOOR as u32 {
        talks.hear(host(1), host(1 << 20 | number), talk("ftp-data", 1024 + number as u16, false));
    }
    assert_eq!(talks.peers(host(1).to_ip()).len(), DOOR);
}

#[test]
fn a_sum_begins_with_the_first_and_counts_what_was_encrypted() {
    let at = |began| Talk { began: Timestamp::from_nanos(began), sent: 3, received: 4, ..talk("ssh", 22, false) };
    let mut sum = Sum::default();
    [at(7), at(5), talk("irc", 6667, false)].iter().for_each(|talk| sum.add(talk));
    assert_eq!((sum.began, sum.sealed, sum.sealed_bytes), (Timestamp::from_nanos(0), 2, 14));
    assert_eq!(Sum::default().with(&sum).talks, 3);
}
