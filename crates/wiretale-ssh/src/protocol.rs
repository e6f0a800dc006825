//! Secure Shell as a protocol of the seam.

use wiretale_protocol::{Chunk, Context, Demand, Observe, Opening, Probe, Protocol};

use crate::{Decoder, Event, probe};

/// Secure Shell, versions 1 and 2.
#[derive(Clone, Copy, Debug)]
pub struct Ssh;

impl Protocol for Ssh {
    const TAG: &'static str = "ssh";
    const BEHIND: bool = true;
    const ANNOUNCED: bool = false;
    type Event<'a> = Event<'a>;
    type Decoder = Decoder;

    fn probe(opening: &Opening<'_>) -> Probe {
        probe::probe(opening)
    }

    fn resumes(client: &[u8]) -> Probe {
        probe::resumes(client)
    }

    fn start(opening: &Opening<'_>) -> Decoder {
        match wiretale_websocket::is_upgrade(opening.client) {
            true => Decoder::wrapped(),
            false if probe::has_begun(opening) => Decoder::behind_server(),
            false => Decoder::new(),
        }
    }

    fn feed<O: Observe<Self>>(decoder: &mut Decoder, cx: &mut Context<'_, O>, chunk: Chunk<'_>) -> Demand {
        decoder.feed(cx, chunk)
    }

    fn before_anew(decoder: &Decoder) -> &[u8] {
        decoder.before_anew()
    }

    fn passed_before_anew(decoder: &Decoder) -> usize {
        decoder.passed_before_anew()
    }

    #[inline]
    fn memory(decoder: &Decoder) -> usize {
        decoder.held()
    }
}

#[cfg(test)]
mod tests {
    use wiretale_protocol::Direction;
    use wiretale_testkit::Solo;

    use super::*;

    #[test]
    fn a_word_in_place_of_a_packet_is_read_anew_from_its_first_byte_on_however_it_is_cut() {
        let words = b"NICK ann\r\n";
        for cut in 0..4 {
            let mut solo = Solo::<Ssh>::new();
            solo.client([b"SSH-2.0-x\r\n", &words[..cut]].concat());
            let demand = solo.chunk(Direction::Client, Chunk::Data(&words[cut..]));
            assert_eq!((demand, Ssh::before_anew(&solo.decoder)), (Demand::Anew, &words[..cut]), "{cut}");
        }
        let mut solo = Solo::<Ssh>::new();
        let demand = solo.chunk(Direction::Client, Chunk::Data(b"SSH-2.0-x\r\nNICK ann\r\n"));
        assert_eq!((demand, Ssh::passed_before_anew(&solo.decoder)), (Demand::Anew, 11));
        let mut solo = Solo::<Ssh>::new();
        solo.client("SSH-2.0-x\r\n");
        let demands = words.map(|byte| solo.chunk(Direction::Client, Chunk::Data(&[byte])));
        assert_eq!(demands.iter().position(|demand| *demand == Demand::Anew), Some(3));
        assert_eq!(Ssh::before_anew(&solo.decoder), b"NIC");
    }

    #[test]
    fn what_looks_like_the_beginning_of_a_packet_hides_no_words_however_it_is_cut() {
        let text = b"NICK ann\r\nUSER a 0 * :Ann\r\n";
        for fake in [&b"\0\0\x40\0"[..], b"\0\0\x40\0\x04\x14"] {
            let words = [fake, text].concat();
            for piece in [1, 2, 3, 5, 7, 1000] {
                let (mut solo, mut read) = (Solo::<Ssh>::new(), 0);
                solo.client("SSH-2.0-x\r\n");
                for bytes in words.chunks(piece) {
                    let demand = solo.chunk(Direction::Client, Chunk::Data(bytes));
                    if demand == Demand::Anew {
                        let passed = Ssh::passed_before_anew(&solo.decoder);
                        let left = [Ssh::before_anew(&solo.decoder), &bytes[passed..]].concat();
                        assert!(text.starts_with(&left), "{:?} {piece}", left.escape_ascii());
                        read += 1;
                        break;
                    }
                }
                assert_eq!(read, 1, "{:?} {piece}", fake.escape_ascii());
            }
        }
    }

    #[test]
    fn words_behind_packets_are_read_anew_from_the_same_byte_on_however_they_are_cut() {
        let text = b"NICK ann\r\nUSER a 0 * :Ann\r\n";
        let ignore = b"\0\0\0\x0c\x04\x02\0\0\0\x02ab\0\0\0\0";
        let behind = [&ignore[..], b"\0\0\x40\0"].concat();
        let newkeys = b"\0\0\0\x0c\x0a\x15\0\0\0\0\0\0\0\0\0\0";
        for before in
            [&b"\0\0\0\0"[..], b"\0\0\0\x01", b"\0\0\0\x02", b"\0\0\0\x02\x04\x14", b"\0\0\x40\0\x04\x14", &behind]
        {
            let said = [before, text, newkeys].concat();
            let told = [1, 2, 3, 5, 7, 1000].map(|piece| {
                let mut solo = Solo::<Ssh>::new();
                solo.client("SSH-2.0-x\r\n");
                let begins = said.chunks(piece).enumerate().find_map(|(n, bytes)| {
                    let anew = solo.chunk(Direction::Client, Chunk::Data(bytes)) == Demand::Anew;
                    let begins = n * piece + Ssh::passed_before_anew(&solo.decoder);
                    anew.then(|| begins - Ssh::before_anew(&solo.decoder).len())
                });
                (begins, solo.said())
            });
            assert_eq!(told[5].0, Some(before.len()), "{}", before.escape_ascii());
            assert!(told.iter().all(|other| *other == told[5]), "{} {told:?}", before.escape_ascii());
        }
    }
}
