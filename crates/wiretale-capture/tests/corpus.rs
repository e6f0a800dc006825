//! Captures of other projects, where they lie beside this one: each is read to its end, mapped and in chunks alike, and
//! dissected.
use std::fs;
use std::path::{Path, PathBuf};

use wiretale_capture::{Capture, Error};
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
        match (walk(Capture::read(path)), walk(Capture::map(path))) {
            (Ok(read), Ok(mapped)) => assert_eq!(read, mapped, "{}", path.display()),
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
