//! A SYN put away is the one that comes back.

use wiretale_packet::Address;

use super::*;

const STAMP: [u8; 10] = [8, 10, 1, 2, 3, 4, 0, 0, 0, 0];

fn syn(options: &[u8]) -> Segment<'_> {
    let (seq, ack, flags) = (SeqNumber(0x8765_4321), SeqNumber(0), Flags::SYN);
    Segment { seq, ack, flags, window: 0xabcd, urgent: 0, options, payload: &[], missing: 0 }
}

fn ip(total_len: u32) -> Ip {
    let (src, dst) = (Address::v4([10, 0, 0, 1]), Address::v4([10, 0, 0, 2]));
    Ip { src, dst, protocol: 6, ttl: 200, total_len, header_len: 20, header_ok: true }
}

#[test]
fn what_is_kept_of_a_syn_is_all_that_counts() {
    let ecn = Flags::SYN.with(Flags::ECE).with(Flags::CWR);
    let both = [&[3, 3, 14][..], &STAMP].concat();
    for (options, kept) in [
        (&[][..], &[][..]),
        (&[2, 4, 5, 180, 4, 2], &[]),
        (&[3, 3, 0], &[3, 3, 0]),
        (&[3, 3, 15], &[3, 3, 15]),
        (&STAMP, &STAMP),
        (&both, &both),
    ] {
        for (flags, tunneled, nanos) in [(Flags::SYN, false, -1), (ecn, true, 1_700_000_000_123_456_789)] {
            let (at, frame) = (Timestamp::from_nanos(nanos), 0x1234_5678_9abc);
            let segment = Segment { flags, ..syn(options) };
            let half = Half::of(at, frame, &ip(60_000), tunneled, &segment).expect("a plain SYN");
            let mut room = [0; 16];
            let again = half.segment(&mut room);
            assert_eq!(format!("{again:?}"), format!("{:?}", Segment { options: kept, ..segment }));
            assert_eq!((half.opened(), half.frame(), half.tunneled()), (at, frame, tunneled));
            assert_eq!((half.ip_len(), half.ttl(), half.seq(), half.window()), (60_000, 200, 0x8765_4321, 0xabcd));
        }
    }
}

#[test]
fn a_syn_of_which_more_counts_is_not_put_away() {
    let of = |segment: &Segment<'_>, frame, len| Half::of(Timestamp::default(), frame, &ip(len), false, segment);
    assert!(of(&syn(&[]), (1 << 48) - 1, 0xffff).is_some());
    assert!(of(&syn(&[]), 1 << 48, 40).is_none() && of(&syn(&[]), 1, 0x1_0000).is_none());
    for segment in [
        Segment { flags: Flags::SYN.with(Flags::ACK), ..syn(&[]) },
        Segment { flags: Flags::SYN.with(Flags::ECE), ..syn(&[]) },
        Segment { flags: Flags::SYN.with(Flags::URG), ..syn(&[]) },
        Segment { payload: b"x", ..syn(&[]) },
        Segment { missing: 1, ..syn(&[]) },
        Segment { urgent: 1, ..syn(&[]) },
        syn(&[19, 18, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
        syn(&[3, 3, 16]),
    ] {
        assert!(of(&segment, 1, 40).is_none(), "{segment:?}");
    }
}

#[test]
fn a_closed_window_and_a_scale_past_the_greatest_are_unusual() {
    for (window, scale, usual) in [(1, 14, true), (0, 14, false), (1, 15, false)] {
        let options = [3, 3, scale];
        let segment = Segment { window, ..syn(&options) };
        let half = Half::of(Timestamp::default(), 1, &ip(40), false, &segment).unwrap();
        assert_eq!(half.is_usual(), usual, "{window} {scale}");
    }
}
