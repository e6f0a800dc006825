//! The same frames through every format, order, compression and way of reading.
mod made;

use made::{Faulty, Owned, all, frames, gzip, in_batches, pcap, pcapng, read, zstd};
use wiretale_capture::write::{Order, Pcap, Pcapng};
use wiretale_capture::{Batch, Batches, Capture, Error, Frame, Frames, Merged};
use wiretale_packet::{LinkType, Timestamp};

fn formats(frames: &[Owned]) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("pcap", pcap(frames, Order::Little, false)),
        ("pcap, big", pcap(frames, Order::Big, false)),
        ("pcap, nanoseconds", pcap(frames, Order::Little, true)),
        ("pcap, nanoseconds, big", pcap(frames, Order::Big, true)),
        ("pcapng", pcapng(frames, Order::Little, 6)),
        ("pcapng, big", pcapng(frames, Order::Big, 6)),
        ("pcapng, nanoseconds", pcapng(frames, Order::Little, 9)),
    ]
}

#[test]
fn every_format_gives_the_same_frames() {
    let frames = frames(200);
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in formats(&frames) {
        let path = folder.path().join("capture");
        std::fs::write(&path, &bytes).unwrap();
        let whole = |capture: Result<Capture, Error>| {
            let (found, error) = all(capture.unwrap());
            assert!(error.is_none(), "{name}: {error:?}");
            assert_eq!(found, frames, "{name}");
        };
        whole(Capture::open(&path));
        whole(Capture::from_bytes(bytes.clone(), name));
        let (head, tail) = bytes.split_at(bytes.len() / 3);
        for packed in [gzip(&bytes), zstd(&bytes), [gzip(head), gzip(tail)].concat(), [zstd(head), zstd(tail)].concat()]
        {
            std::fs::write(&path, &packed).unwrap();
            assert!(Capture::open(&path).unwrap().is_compressed());
            whole(Capture::open(&path));
            whole(Capture::from_bytes(packed, name));
        }
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3][..], &zstd(&bytes)].concat();
        whole(Capture::from_bytes(skippable, name));
    }
}

#[test]
fn captures_one_behind_the_other_are_one() {
    let frames = frames(60);
    for first in [pcap(&frames[..20], Order::Little, false), pcap(&frames[..20], Order::Big, true)] {
        let bytes = [first, pcap(&frames[20..], Order::Little, true)].concat();
        let (found, error) = read(&bytes);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(found, frames);
        let found: Vec<_> = Frames::new("made", &bytes).unwrap().map(|frame| Owned::of(frame.unwrap())).collect();
        assert_eq!(found, frames);
    }
}

#[test]
fn frames_in_memory_are_borrowed_from_it_and_a_plain_file_is_read_again() {
    let frames = frames(50);
    let bytes = pcapng(&frames, Order::Little, 9);
    let found: Vec<_> = Frames::new("made", &bytes).unwrap().map(|frame| Owned::of(frame.unwrap())).collect();
    assert_eq!(found, frames);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, &bytes).unwrap();
    let mut capture = Capture::open(&file).unwrap();
    assert_eq!(capture.bytes_total(), Some(bytes.len() as u64));
    let several = capture.next_many(9).unwrap().unwrap();
    let (plain, last) = (several.plain.unwrap().clone(), several.frames[8]);
    let from = several.position + (last.data.as_ptr().addr() - several.frames[0].data.as_ptr().addr()) as u64;
    let mut again = vec![0; last.data.len()];
    assert!(plain.read_at(from, &mut again) && again == last.data);
    assert!(!plain.read_at(bytes.len() as u64 - 3, &mut [0; 4]));
    std::fs::write(&file, gzip(&bytes)).unwrap();
    assert!(Capture::open(&file).unwrap().plain().is_none() && capture.next_many(1).is_some());
}

/// Longer than the buffer, so that it is filled again within frames.
#[test]
fn many_at_once_are_the_same_as_one_by_one_and_tell_where_they_stand() {
    let frames = frames(4000);
    for bytes in [pcap(&frames, Order::Little, false), pcapng(&frames, Order::Big, 9)] {
        assert!(bytes.len() > 1 << 20, "{}", bytes.len());
        for cut in [0, 1, 4096] {
            read(&bytes[..bytes.len() - cut]);
        }
        let (mut capture, mut found) = (Capture::from_bytes(&*bytes, "many").unwrap(), 0);
        while let Some(several) = capture.next_many(100) {
            let several = several.unwrap();
            assert!(several.frames.len() <= 100 && several.first == found + 1);
            for frame in &several.frames {
                let behind = frame.data.as_ptr().addr() - several.frames[0].data.as_ptr().addr();
                let stands = usize::try_from(several.position).unwrap() + behind;
                assert_eq!(&bytes[stands..stands + frame.data.len()], frame.data);
            }
            found += several.frames.len() as u64;
        }
        assert_eq!((found, capture.number()), (4000, 4000));
    }
}

/// However the bytes arrive, even behind a record that made the buffer larger.
#[test]
fn batches_have_the_same_borders_and_tell_where_frames_stand() {
    let mut frames = frames(3000);
    frames[7].data = vec![9; 400 << 10];
    frames[7].wire_len = 400 << 10;
    let bytes = pcapng(&frames, Order::Big, 9);
    let memory = || Capture::from_bytes(&*bytes, "memory").unwrap();
    let (found, borders, errors) = in_batches(vec![memory()]);
    assert!(found == frames && errors.is_empty() && borders.len() > 7, "{borders:?}");
    let slow = Faulty { bytes: bytes.clone(), at: 0, ready: false, fails: None };
    let slow = Capture::from_reader(Box::new(slow), "slow").unwrap();
    assert_eq!(in_batches(vec![slow]), (found, borders, errors));
    let (mut batches, mut batch) = (Batches::of(vec![memory()]), Batch::default());
    while let Some(Ok(())) = batches.next(&mut batch) {
        for at in 0..batch.len() {
            let (frame, stands) = (batch.frame(at).unwrap(), batch.position(at).unwrap() as usize);
            assert_eq!(&bytes[stands..stands + frame.data.len()], frame.data);
        }
    }
    assert!(batch.frame(batch.len()).is_none() && batch.position(batch.len()).is_none());
}

/// Nor does what is passed over before a batch's first frame.
#[test]
fn what_is_no_frame_moves_no_border_of_a_batch() {
    let mut frames = frames(800);
    frames.iter_mut().for_each(|frame| frame.data.resize(3000, 7));
    frames.iter_mut().for_each(|frame| frame.wire_len = 3000);
    let (first, second) = frames.split_at(80);
    // As long as a batch, nearly.
    let len = u32::try_from(Batch::BYTES - 100).unwrap().next_multiple_of(4).to_le_bytes();
    let block = [&0x0bad_u32.to_le_bytes()[..], &len, &vec![0; Batch::BYTES - 112], &len].concat();
    let bytes = [pcapng(first, Order::Little, 9), block, pcapng(second, Order::Little, 9)].concat();
    let (found, borders, errors) = in_batches(vec![Capture::from_bytes(&*bytes, "memory").unwrap()]);
    assert!(found == frames && errors.is_empty() && borders.len() > 7, "{borders:?}");
    let slow = Faulty { bytes, at: 0, ready: false, fails: None };
    let slow = Capture::from_reader(Box::new(slow), "slow").unwrap();
    assert_eq!(in_batches(vec![slow]).1, borders);
}

/// What was read before reading failed comes first.
#[test]
fn batches_of_several_captures_and_what_ends_them() {
    let frames = frames(400);
    let pcaps = [0, 1].map(|odd| {
        let part: Vec<_> = frames.iter().skip(odd).step_by(2).cloned().collect();
        pcap(&part, Order::Little, true)
    });
    let whole = |bytes: &[u8]| Capture::from_bytes(bytes, "whole").unwrap();
    let (found, _, errors) = in_batches(pcaps.iter().map(|bytes| whole(bytes)).collect());
    assert!(found == frames && errors.is_empty());
    let cut = pcaps[1].len() / 2;
    let failing = || {
        let reader = Faulty { bytes: pcaps[1].clone(), at: 0, ready: false, fails: Some(cut) };
        Capture::from_reader(Box::new(reader), "failing").unwrap()
    };
    let (alone, _, errors) = in_batches(vec![failing()]);
    let (one_by_one, error) = all(failing());
    assert_eq!((alone, errors), (one_by_one.clone(), vec![error.unwrap().to_string()]));
    let (found, _, errors) = in_batches(vec![whole(&pcaps[0]), failing()]);
    assert_eq!((found.len(), errors.len()), (200 + one_by_one.len(), 1));
}

#[test]
fn frames_without_a_byte_fill_a_batch_of_several_captures() {
    let frames = vec![Owned { data: Vec::new(), ..frames(1)[0].clone() }; 20_000];
    let capture = || Capture::from_bytes(pcap(&frames, Order::Little, true), "empty frames").unwrap();
    let (found, borders, _) = in_batches(vec![capture(), capture()]);
    assert_eq!((found.len(), borders), (40_000, vec![16_384, 16_384, 7232]));
}

/// Records that just fit into what was read, or just do not.
#[test]
fn records_about_as_long_as_the_buffer_are_read() {
    for around in [4 << 10, 128 << 10] {
        for len in (around - 150..around + 80).step_by(7) {
            let long = |n: usize| Owned { data: vec![n as u8; len + n], ..frames(3)[2].clone() };
            let frames: Vec<Owned> = (0..4).map(long).collect();
            assert_eq!(read(&pcap(&frames, Order::Little, false)).0, frames, "{len}");
        }
    }
}

#[test]
fn kuznetzovs_records_are_eight_bytes_longer() {
    let frames = frames(20);
    for order in [Order::Little, Order::Big] {
        let plain = pcap(&frames, order, false);
        let magic = if order == Order::Little { [0x34, 0xcd, 0xb2, 0xa1] } else { [0xa1, 0xb2, 0xcd, 0x34] };
        let mut bytes = [&magic, &plain[4..24]].concat();
        let mut at = 24;
        for frame in &frames {
            bytes.extend_from_slice(&plain[at..at + 16]);
            bytes.extend([0; 8]);
            bytes.extend(&frame.data);
            at += 16 + frame.data.len();
        }
        assert_eq!(read(&bytes).0, frames);
    }
}

#[test]
fn sections_and_interfaces_have_their_own_order_link_and_clock() {
    let frame = frames(3)[2].frame().data.to_vec();
    let at = |link, nanos| Owned { at: Timestamp::from_nanos(nanos), link, data: frame.clone(), wire_len: 74 };
    let any = at(LinkType::ETHERNET, 0);
    let mut file = Pcapng::new(Vec::new(), Order::Big).unwrap();
    file.block(0x0bad, &[b"what nobody knows"]).unwrap();
    for (link, resolution) in [
        (LinkType::ETHERNET, 6),
        (LinkType::RAW, 9),
        (LinkType::PPP, 0x80 | 20),
        (LinkType::NULL, 12),
        (LinkType::NULL, 127),
        (LinkType::NULL, 0xff),
    ] {
        file.interface(link, resolution).unwrap();
    }
    file.simple(&any.frame()).unwrap();
    for (interface, ticks) in
        [(0, 1_500_000), (1, 1_500_000_000), (2, 3 << 19), (3, 1_500_000_000_000), (4, u64::MAX), (5, u64::MAX)]
    {
        file.frame(interface, ticks, &any.frame()).unwrap();
    }
    file.frame(0, u64::MAX, &any.frame()).unwrap();
    file.section(Order::Little).unwrap();
    file.interface(LinkType::IPV4, 0).unwrap();
    file.frame(0, 2, &any.frame()).unwrap();
    file.simple(&any.frame()).unwrap();
    let (found, error) = read(&file.into_inner());
    assert!(error.is_none(), "{error:?}");
    let second = 1_500_000_000;
    assert_eq!(
        found,
        [
            at(LinkType::ETHERNET, 0),
            at(LinkType::ETHERNET, second),
            at(LinkType::RAW, second),
            at(LinkType::PPP, second),
            at(LinkType::NULL, second),
            at(LinkType::NULL, 0),
            at(LinkType::NULL, 0),
            at(LinkType::ETHERNET, i64::MAX),
            at(LinkType::IPV4, 2_000_000_000),
            at(LinkType::IPV4, 2_000_000_000),
        ]
    );
}

#[test]
fn options_move_the_clock() {
    let build = |options: &[u8]| {
        let mut file = Pcapng::new(Vec::new(), Order::Little).unwrap();
        file.block(1, &[&[1, 0, 0, 0, 0, 0, 0, 0], options]).unwrap();
        file.frame(0, 1_000_000, &frames(2)[1].frame()).unwrap();
        read(&file.into_inner()).0[0].at.nanos()
    };
    let offset = |seconds: i64| [&[14, 0, 8, 0][..], &seconds.to_le_bytes(), &[0, 0, 0, 0]].concat();
    assert_eq!(build(&[]), 1_000_000_000);
    assert_eq!(build(&offset(5)), 6_000_000_000);
    assert_eq!(build(&offset(-2)), -1_000_000_000);
    assert_eq!(build(&offset(i64::MIN)), i64::MIN);
    assert_eq!(build(&[9, 0, 255, 255, 3]), 1_000_000_000, "an option longer than its block");
    assert_eq!(build(&[&[0, 0, 0, 0][..], &offset(5)].concat()), 1_000_000_000, "behind the last option");
    assert_eq!(build(&[&[14, 0, 4, 0, 5, 0, 0, 0][..], &offset(0)].concat()), 1_000_000_000, "an offset too short");
    assert_eq!(
        build(&[2, 0, 1, 0, b'x', 0, 0, 0, 9, 0, 1, 0, 3]),
        1_000_000_000_000,
        "an option of no interest before it"
    );
}

#[test]
fn a_simple_packet_ends_where_the_snap_length_cuts_it() {
    let read = |snap: u32, wire_len: u32, data: &[u8]| {
        let mut file = Pcapng::new(Vec::new(), Order::Little).unwrap();
        file.block(1, &[&[1, 0, 0, 0], &snap.to_le_bytes()]).unwrap();
        file.block(3, &[&wire_len.to_le_bytes(), data]).unwrap();
        let (frames, error) = read(&file.into_inner());
        assert!(error.is_none(), "{error:?}");
        frames.into_iter().map(|frame| (frame.data, frame.wire_len)).collect::<Vec<_>>()
    };
    // With three bytes of padding.
    let data = [1, 2, 3, 4, 5, 0, 0, 0];
    assert_eq!(read(0, 5, &data), [(data[..5].to_vec(), 5)], "no limit");
    assert_eq!(read(5, 90, &data), [(data[..5].to_vec(), 90)]);
    assert_eq!(read(96, 5, &data), [(data[..5].to_vec(), 5)]);
    assert_eq!(read(96, 90, &data), [(data.to_vec(), 90)], "no more than there is");
}

#[test]
fn more_interfaces_than_any_machine_has_are_refused() {
    let mut file = Pcapng::new(Vec::new(), Order::Little).unwrap();
    for _ in 0..65_536 {
        file.interface(LinkType::ETHERNET, 6).unwrap();
    }
    file.frame(65_535, 1, &frames(2)[1].frame()).unwrap();
    file.interface(LinkType::ETHERNET, 6).unwrap();
    let (found, error) = read(&file.into_inner());
    assert_eq!(found.len(), 1);
    assert!(error.unwrap().to_string().contains("more than 65536 interfaces"));
}

#[test]
fn how_far_it_came_is_told() {
    for (name, bytes) in formats(&frames(50)) {
        let len = bytes.len() as u64;
        let mut capture = Capture::from_bytes(&*bytes, "made").unwrap();
        while let Some(frame) = capture.next() {
            frame.unwrap();
            assert!((1..=len).contains(&capture.bytes_read()), "{name}");
        }
        assert_eq!(capture.bytes_read(), len, "{name}");
    }
    let bytes = pcap(&frames(50), Order::Little, false);
    let made = || Capture::from_bytes(&*bytes, "made").unwrap();
    let mut both = Merged::new(vec![made(), made()]);
    while both.next().is_some() {}
    assert_eq!((both.bytes_read(), both.captures().len()), (2 * bytes.len() as u64, 2));
}

#[test]
fn the_obsolete_packet_block() {
    let mut file = Pcapng::new(Vec::new(), Order::Little).unwrap();
    file.interface(LinkType::RAW, 6).unwrap();
    let head =
        [&[0, 0, 7, 0][..], &0_u32.to_le_bytes(), &9_u32.to_le_bytes(), &4_u32.to_le_bytes(), &60_u32.to_le_bytes()]
            .concat();
    file.block(2, &[&head, b"IPv4"]).unwrap();
    let frame = Owned { at: Timestamp::from_nanos(9000), link: LinkType::RAW, data: b"IPv4".to_vec(), wire_len: 60 };
    assert_eq!(read(&file.into_inner()).0, [frame]);
}

#[test]
fn a_reader_that_stutters_changes_nothing() {
    let frames = frames(30);
    for (name, bytes) in formats(&frames) {
        for bytes in [bytes.clone(), gzip(&bytes), zstd(&bytes)] {
            let reader = Faulty { bytes, at: 0, ready: false, fails: None };
            let (found, error) = all(Capture::from_reader(Box::new(reader), name).unwrap());
            assert!(error.is_none(), "{name}: {error:?}");
            assert_eq!(found, frames, "{name}");
        }
    }
}

#[test]
fn a_reader_that_fails_says_where() {
    let frames = frames(10);
    let bytes = pcap(&frames, Order::Little, false);
    let fails = Some(bytes.len() - 5);
    let reader = Faulty { bytes: bytes.clone(), at: 0, ready: false, fails };
    let (found, error) = all(Capture::from_reader(Box::new(reader), "made").unwrap());
    assert_eq!(found, frames[..9]);
    let error = error.unwrap();
    assert!(matches!(error, Error::Read { .. }) && !error.is_cut());
    let offset = bytes.len() - frames[9].data.len() - 16;
    assert_eq!(error.to_string(), format!("made: byte {offset}: cannot read on: the disk is gone"));
}

#[test]
fn several_captures_are_one_in_time_order() {
    let at = |micros: i64, name: u8| Owned {
        at: Timestamp::from_nanos(micros * 1000),
        link: LinkType::ETHERNET,
        data: vec![name],
        wire_len: 1,
    };
    let open = |name: u8, times: &[i64]| {
        let frames: Vec<_> = times.iter().map(|time| at(*time, name)).collect();
        Capture::from_bytes(pcap(&frames, Order::Little, false), &char::from(name).to_string()).unwrap()
    };
    let mut cut = pcap(&[at(2, b'd'), at(9, b'd')], Order::Big, true);
    cut.pop();
    let captures = vec![
        open(b'a', &[1, 5, 3, 7]),
        open(b'b', &[1, 2, 5]),
        open(b'c', &[]),
        Capture::from_bytes(cut, "d").unwrap(),
    ];
    let (mut merged, mut order, mut errors) = (Merged::new(captures), Vec::new(), 0);
    while let Some(frame) = merged.next() {
        match frame.map(|frame| (frame.at.nanos() / 1000, char::from(frame.data[0]))) {
            Ok((time, name)) => {
                let source = merged.source().unwrap();
                order.push(format!("{name}{time}"));
                assert_eq!(source.name(), name.to_string());
            }
            Err(error) => {
                assert!(error.is_cut());
                errors += 1;
            }
        }
    }
    assert_eq!(order.join(" "), "a1 b1 b2 d2 a5 a3 b5 a7");
    assert_eq!((errors, merged.number()), (1, 8));
}

#[test]
fn times_beyond_the_format_become_the_nearest() {
    let mut file = Pcap::micros(Vec::new(), LinkType::RAW).unwrap();
    for nanos in [i64::MIN, i64::MAX] {
        let frame = Frame { at: Timestamp::from_nanos(nanos), link: LinkType::RAW, data: b"x", wire_len: 1 };
        file.frame(&frame).unwrap();
    }
    let times: Vec<_> = read(&file.into_inner()).0.iter().map(|frame| frame.at.nanos() / 1_000_000_000).collect();
    assert_eq!(times, [0, i64::from(u32::MAX)]);
}
