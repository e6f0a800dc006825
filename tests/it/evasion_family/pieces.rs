//! Fragments, tunnels, and what never came.

use wiretale_testkit::build::ip_packet;

use super::*;

#[test]
fn fragments_and_tunnels_hide_nothing() {
    for (name, order) in [("in order", [0, 1, 2, 3]), ("reversed", [3, 2, 1, 0]), ("mixed", [2, 0, 3, 1])] {
        check(
            &format!("tiny fragments {name}"),
            Exact(&[]),
            cut(|pieces| order.iter().map(|&n| pieces[n].clone()).collect()),
        );
    }
    check(
        "every fragment twice",
        Exact(&[]),
        cut(|pieces| pieces.iter().flat_map(|it| [it.clone(), it.clone()]).collect()),
    );
    let forge = |piece: &Vec<u8>| {
        let mut forged = piece.clone();
        forged[36] ^= 1;
        forged
    };
    check(
        "a forged fragment, then all",
        Either(&["fragment_inconsistency"]),
        cut(|pieces| {
            let mut all = vec![forge(&pieces[2])];
            all.extend_from_slice(pieces);
            all
        }),
    );
    // The host drops these for their checksum, and the client sends it all again.
    check(
        "all but one, a forged one, that one",
        Exact(&["bad_TCP_checksum"]),
        cut_and(
            |pieces| {
                vec![pieces[0].clone(), pieces[1].clone(), pieces[3].clone(), forge(&pieces[2]), pieces[2].clone()]
            },
            |it| it.say(KEY),
        ),
    );
    check(
        "a fragment of the other direction with the same id",
        Exact(&[]),
        cut(|pieces| {
            let mut other = forge(&pieces[2]);
            let (from, to): (Vec<u8>, Vec<u8>) = (other[26..30].to_vec(), other[30..34].to_vec());
            other.splice(26..34, to.into_iter().chain(from));
            let mut all = vec![other];
            all.extend_from_slice(pieces);
            all
        }),
    );
    check(
        "a last fragment that ends early",
        Exact(&["bad_TCP_checksum"]),
        cut_and(
            |pieces| {
                let mut early = pieces[2].clone();
                early[20] &= !0x20;
                let mut all = vec![whole(early)];
                all.extend_from_slice(pieces);
                all
            },
            |it| it.say(KEY),
        ),
    );
    check(
        "every second packet in GRE",
        Exact(&[]),
        each(|bytes, _, n| {
            if n % 2 == 1 {
                let (from, to) = (Address::v4([192, 0, 2, 1]), Address::v4([192, 0, 2, 2]));
                let packet = ip_packet(from, to, 47, 64, &[&[0, 0, 8, 0], &bytes[14..]].concat());
                bytes.splice(14.., packet);
            }
        }),
    );
    check(
        "options of IP",
        Exact(&[]),
        each(|bytes, _, _| {
            bytes.splice(34..34, [1, 1, 1, 0]);
            bytes[14] = 0x46;
            let len = u16::from_be_bytes([bytes[16], bytes[17]]) + 4;
            bytes.splice(16..18, len.to_be_bytes());
            let right = whole(std::mem::take(bytes));
            *bytes = right;
        }),
    );
}

#[test]
fn what_was_lost_is_a_gap_and_what_follows_is_read() {
    let mut story = story(
        |_| (),
        |it| {
            let at = it.frames.len();
            it.say(KEY);
            it.frames.remove(at);
        },
    );
    story.key = b"";
    check("a lost line", Exact(&["content_gap"]), story);
}
