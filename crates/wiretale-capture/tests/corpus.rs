//! Captures of other projects, where they lie beside this one: each is read to its end, from disk and in memory alike, and
//! dissected.
use std::fs;
use std::path::{Path, PathBuf};

use wiretale_capture::{Capture, Error, Frame, Frames};
use wiretale_packet::{Checks, dissect};

#[test]
fn every_capture_is_read_to_its_end() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let mut captures = Vec::new();
    collect(&root, &mut captures);
    if captures.is_empty() {
        println!("no captures in ../shared/data: nothing compared");
        return;
    }
    captures.sort();
    let mut unknown = 0;
    for path in &captures {
        match (walk(Capture::open(path)), walk(Capture::from_bytes(fs::read(path).unwrap(), "memory"))) {
            (Ok(read), Ok(again)) => assert_eq!(read, again, "{}", path.display()),
            (Err(Error::Link { .. }), Err(Error::Link { .. })) => unknown += 1,
            (read, _) => panic!("{}: {:?}", path.display(), read.map(|(frames, _)| frames)),
        }
    }
    println!("{} captures read, {unknown} of link types that we do not know", captures.len());
}

#[test]
fn the_recordings_have_the_packets_they_should() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/lab");
    if !root.is_dir() {
        println!("no recordings in ../shared/data/lab: nothing compared");
        return;
    }
    for (name, packets) in [("incident", 5974), ("benign", 8660), ("exposure", 1475), ("botnet", 4962), ("noise", 5447)]
    {
        let (frames, weird) = walk(Capture::open(root.join(name).join(format!("{name}.pcap.gz")))).unwrap();
        assert_eq!((frames, weird), (packets, 0), "{name}");
    }
}

#[test]
fn small_captures_cut_and_flipped_anywhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let mut captures = Vec::new();
    collect(&root, &mut captures);
    if captures.is_empty() {
        println!("no captures in ../shared/data: nothing cut");
    }
    for path in captures {
        let bytes = fs::read(&path).unwrap();
        let Ok(frames) = Frames::new("cut", &bytes) else { continue };
        if bytes.len() > 4096 {
            continue;
        }
        let whole: Vec<_> = frames.flatten().collect();
        for end in 0..bytes.len() {
            let found = Frames::new("cut", &bytes[..end]).into_iter().flatten().flatten();
            assert!(found.zip(&whole).all(|(cut, whole)| cut.data == whole.data), "{} cut at {end}", path.display());
        }
        whole.iter().for_each(|frame| damage(*frame));
    }
}

/// The frame cut at every byte, by the capture and by the wire, and each bit of its first 128 bytes flipped.
fn damage(frame: Frame<'_>) {
    for end in 0..frame.data.len() {
        let cut = Frame { data: &frame.data[..end], ..frame };
        let short = Frame { wire_len: 0, ..cut };
        assert!(dissect(cut, Checks::Verify).chain(dissect(short, Checks::Verify)).count() <= 2 * end + 2);
    }
    let mut data = frame.data.to_vec();
    for bit in 0..data.len().min(128) * 8 {
        data[bit / 8] ^= 1 << (bit % 8);
        assert!(dissect(Frame { data: &data, ..frame }, Checks::Verify).count() <= data.len() + 1);
        data[bit / 8] ^= 1 << (bit % 8);
    }
}

/// How many frames and how many weird parts of frames there are.
fn walk(capture: Result<Capture, Error>) -> Result<(u64, u64), Error> {
    let (mut capture, mut weird) = (capture?, 0);
    while let Some(frame) = capture.next() {
        match frame {
            Ok(frame) => {
                let skips = dissect(frame, Checks::Verify).filter_map(Result::err);
                weird += skips.filter(|skip| skip.weird_name().is_some()).count() as u64;
            }
            Err(error) => assert!(error.is_cut(), "{error}"),
        }
    }
    Ok((capture.number(), weird))
}

fn collect(folder: &Path, captures: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "baselines" && name != "fuzz-seeds" {
                collect(&path, captures);
            }
        } else if [".pcap", ".pcapng", ".cap", ".pcap.gz", ".pcapng.gz"].iter().any(|end| name.ends_with(end)) {
            captures.push(path);
        }
    }
}
