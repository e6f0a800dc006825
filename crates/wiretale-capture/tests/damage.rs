//! Captures that are cut, broken, or none at all.
mod made;

use made::{frames, gzip, pcap, pcapng, read, zstd};
use proptest::prelude::*;
use wiretale_capture::write::{Order, Pcapng};
use wiretale_capture::{Capture, Error, Frames};
use wiretale_packet::LinkType;

/// Cut at any byte: the packets complete before it, then one report; none at the end of a record.
fn prefix_law(bytes: &[u8], frames: &[made::Owned], ends: &[usize], bounds: &[usize]) {
    for cut in 0..=bytes.len() {
        let complete = ends.iter().filter(|end| **end <= cut).count();
        let (found, error) = read(&bytes[..cut]);
        assert_eq!(found, frames[..complete], "cut at {cut}");
        match error {
            None => assert!(bounds.contains(&cut), "cut at {cut} unsaid"),
            Some(error) => {
                assert!(error.is_cut() || cut < 4, "cut at {cut}: {error}");
                assert!(!bounds.contains(&cut), "cut at {cut}: {error}");
                let start = bounds.iter().copied().filter(|bound| *bound <= cut).max().unwrap_or(0);
                assert_eq!(error.offset(), start as u64, "cut at {cut}");
            }
        }
        if let Ok(borrowed) = Frames::new("made", &bytes[..cut]) {
            assert_eq!(borrowed.filter(Result::is_ok).count(), complete);
        }
    }
}

#[test]
fn a_pcap_cut_at_every_byte() {
    let frames = frames(5);
    for order in [Order::Little, Order::Big] {
        let bytes = pcap(&frames, order, order == Order::Big);
        let lengths = frames.iter().map(|frame| 16 + frame.data.len());
        let ends: Vec<_> = lengths
            .scan(24, |at, len| {
                *at += len;
                Some(*at)
            })
            .collect();
        prefix_law(&bytes, &frames, &ends, &[&[24][..], &ends].concat());
    }
}

#[test]
fn a_pcapng_cut_at_every_byte() {
    let frames = frames(5);
    for order in [Order::Little, Order::Big] {
        let bytes = pcapng(&frames, order, 9);
        let (mut bounds, mut at) = (vec![28], 28);
        while at < bytes.len() {
            let len = bytes[at + 4..at + 8].try_into().unwrap();
            let len = if order == Order::Little { u32::from_le_bytes(len) } else { u32::from_be_bytes(len) };
            at += usize::try_from(len).unwrap();
            bounds.push(at);
        }
        prefix_law(&bytes, &frames, &bounds[2..], &bounds);
    }
}

#[test]
fn a_compressed_capture_cut_at_every_byte() {
    let frames = frames(40);
    let bytes = pcap(&frames, Order::Little, false);
    for packed in [gzip(&bytes), zstd(&bytes)] {
        for cut in 4..packed.len() {
            let (found, error) = read(&packed[..cut]);
            assert!(frames.starts_with(&found), "cut at {cut}");
            let error = error.unwrap_or_else(|| panic!("cut at {cut} unsaid"));
            assert!(error.is_cut(), "cut at {cut}: {error}");
        }
        assert_eq!(read(&packed).0, frames);
    }
    // What was decoded before the cut is delivered, though a zstd decoder holds a window's worth back.
    let long = pcap(&made::frames(400), Order::Little, false);
    let packed = zstd(&long);
    assert!(read(&packed[..packed.len() - 10]).0.len() > 100);
}

#[test]
fn broken_compression_is_an_error() {
    let bytes = pcap(&frames(40), Order::Little, false);
    for mut packed in [gzip(&bytes), zstd(&bytes)] {
        let last = packed.len() - 3;
        packed[last] ^= 0xff;
        let (_, error) = read(&packed);
        assert!(matches!(error, Some(Error::Read { .. } | Error::Broken { .. } | Error::Cut { .. })), "{error:?}");
    }
}

#[test]
fn what_is_no_capture_is_said_in_a_line() {
    let message = |bytes: &[u8]| read(bytes).1.unwrap().to_string();
    let unknown = "made: byte 0: neither pcap nor pcapng, plain or compressed";
    assert_eq!(message(b""), "made: empty, not so much as a header");
    assert_eq!(message(b"PK\x03\x04"), format!("{unknown} (it begins with 50 4b 03 04, as files of zip do)"));
    assert_eq!(message(b"\xfd7zXZ\0"), format!("{unknown} (it begins with fd 37 7a 58, as files of xz do)"));
    let mut link = pcap(&[], Order::Little, false);
    link[20] = 147;
    assert_eq!(message(&link), "made: byte 20: unknown link type 147");
    let mut version = pcap(&[], Order::Little, false);
    version[4] = 9;
    assert_eq!(message(&version), "made: byte 0: a pcap header of a version other than 2");
    let missing = Capture::open("/no/such/file").unwrap_err();
    assert!(matches!(missing, Error::Open { .. }) && missing.to_string().starts_with("/no/such/file: cannot open it"));
    assert!(Capture::open(std::env::temp_dir()).is_err(), "a directory");
}

#[test]
fn an_unknown_link_type_of_one_interface_is_the_dissectors_business() {
    let mut file = Pcapng::new(Vec::new(), Order::Little).unwrap();
    file.interface(LinkType(147), 6).unwrap();
    file.frame(0, 1, &frames(2)[1].frame()).unwrap();
    let (found, error) = read(&file.into_inner());
    assert!(error.is_none());
    assert_eq!(found[0].link, LinkType(147));
}

#[test]
fn forged_lengths_end_the_capture() {
    let frames = frames(3);
    let mut huge = pcap(&frames, Order::Little, false);
    let second = 24 + 16 + frames[0].data.len();
    huge[second + 8..second + 12].fill(0xff);
    let (found, error) = read(&huge);
    assert_eq!(found.len(), 1);
    assert_eq!(error.unwrap().to_string(), format!("made: byte {second}: a packet said to be longer than 256 MiB"));
    let good = pcapng(&frames, Order::Little, 6);
    let first = good.len() - (32 + 76) - (32 + 40) - 32;
    for (len, reason) in [
        (0_u32, "a block whose length cannot be"),
        (4, "a block whose length cannot be"),
        (11, "a block whose length cannot be"),
        (33, "a block whose length cannot be"),
        (u32::MAX, "a block whose length cannot be"),
        (u32::MAX - 3, "a block said to be longer than 256 MiB"),
        (36, "a block whose two lengths differ"),
    ] {
        let mut bytes = good.clone();
        bytes[first + 4..first + 8].copy_from_slice(&len.to_le_bytes());
        let (found, error) = read(&bytes);
        assert_eq!((found.len(), error.unwrap().to_string()), (0, format!("made: byte {first}: {reason}")), "{len}");
    }
    let mut interface = good.clone();
    interface[first + 8] = 1;
    assert!(read(&interface).1.unwrap().to_string().ends_with("a packet of an interface that was not described"));
    let mut captured = good;
    captured[first + 20] = 1;
    assert!(read(&captured).1.unwrap().to_string().ends_with("a packet longer than its block"));
}

#[test]
fn a_captured_length_beyond_wire_and_snap_length_is_taken() {
    let mut frames = frames(3);
    frames[2].wire_len = 1;
    let mut bytes = pcap(&frames, Order::Little, false);
    bytes[16..20].copy_from_slice(&1_u32.to_le_bytes());
    assert_eq!(read(&bytes).0, frames);
}

fn magic() -> impl Strategy<Value = Vec<u8>> {
    let pcap = |bytes: [u8; 4]| Just(bytes.to_vec());
    let headed = |order, nanos| Just(made::pcap(&[], order, nanos));
    prop_oneof![
        pcap([0xd4, 0xc3, 0xb2, 0xa1]),
        pcap([0xa1, 0xb2, 0xcd, 0x34]),
        pcap([0x0a, 0x0d, 0x0d, 0x0a]),
        pcap([0x1f, 0x8b, 8, 0]),
        pcap([0x28, 0xb5, 0x2f, 0xfd]),
        pcap([0x51, 0x2a, 0x4d, 0x18]),
        headed(Order::Little, false),
        headed(Order::Big, true),
        Just(pcapng(&frames(2), Order::Little, 6)),
        Just(pcapng(&frames(2), Order::Big, 6)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_bytes_behind_each_magic(magic in magic(), noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let bytes = [magic, noise].concat();
        let (found, _) = read(&bytes);
        prop_assert!(found.len() <= bytes.len() * 1100);
    }

    #[test]
    fn a_few_bytes_changed(
        packed in 0_u8..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let frames = frames(6);
        let mut bytes = match packed {
            0 => pcap(&frames, Order::Little, false),
            1 => pcapng(&frames, Order::Big, 9),
            2 => gzip(&pcapng(&frames, Order::Little, 6)),
            _ => zstd(&pcap(&frames, Order::Little, false)),
        };
        for (at, value) in changes {
            *at.get_mut(&mut bytes) = value;
        }
        let (read, error) = read(&bytes);
        if let Ok(borrowed) = Frames::new("made", &bytes) {
            prop_assert_eq!(borrowed.filter(Result::is_ok).count(), read.len());
        }
        let _ = error.map(|error| error.to_string());
    }
}
