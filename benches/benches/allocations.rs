//! Allocations for each packet, counted: none for a packet in order of a conversation that goes on, whoever reads it.
//!
//! It prints a table, and fails where a line of IRC, or a segment of a file, costs an allocation before any observer.

use std::path::Path;

use allocation_counter::measure;
use wiretale::capture::Capture;
use wiretale::packet::{Address, Endpoint, Timestamp};
use wiretale::protocol::{Observer, Services};
use wiretale::score::{Home, Inventory, Scorer, Weights};
use wiretale::{Analyzer, Settings, Standard};
use wiretale_benches::{conversations, irc_lines, lend, own_capture};
use wiretale_testkit::{Deaf, Random, Weather, Wire};

type Frames = Vec<(Timestamp, Vec<u8>)>;

fn main() {
    println!("{:<34}{:>10}{:>14}{:>14}", "", "packets", "allocations", "for each");
    for (name, frames) in [("a conversation over IRC", irc()), ("a file", file())] {
        let half = frames.len() / 2;
        let steady = row(&format!("{name}, second half"), &frames, half, Deaf);
        assert_eq!(steady, 0, "{name}: a packet in order costs no allocation");
        row(&format!("{name}, scored"), &frames, half, scorer());
    }
    let frames = conversations(2000);
    row("conversations, from end to end", &frames, 0, Deaf);
    row("conversations, scored", &frames, 0, scorer());
    if let Some(path) = own_capture() {
        own(&path);
    }
}

fn scorer() -> Scorer {
    Scorer::new(Home::default(), Inventory::default(), Weights::built_in())
}

/// What the frames from `from` to the last but one cost; the last may close things.
fn row<O: Observer>(name: &str, frames: &Frames, from: usize, observer: O) -> u64
where
    Standard: Services<O>,
{
    let mut analyzer = Analyzer::<Standard, O>::new(observer, Settings::default());
    let mut numbered = (1..).zip(frames);
    numbered.by_ref().take(from).for_each(|(number, frame)| analyzer.packet(lend(frame), number));
    let counted = measure(|| numbered.for_each(|(number, frame)| analyzer.packet(lend(frame), number))).count_total;
    tell(name, (frames.len() - from) as u64, counted);
    counted
}

fn own(path: &Path) {
    let mut capture = Capture::open(path).expect("WIRETALE_PCAP");
    let mut analyzer = Analyzer::<Standard, Deaf>::new(Deaf, Settings::default());
    let counted = measure(|| {
        while let Some(Ok(())) = capture.advance() {
            let number = capture.number();
            if let Some(frame) = capture.frame() {
                analyzer.packet(frame, number);
            }
        }
    });
    tell("own capture, from end to end", capture.number(), counted.count_total);
}

fn tell(name: &str, packets: u64, allocations: u64) {
    let each = allocations as f64 / packets.max(1) as f64;
    println!("{name:<34}{packets:>10}{allocations:>14}{each:>14.3}");
}

const CLIENT: Endpoint = Endpoint { address: Address::v4([10, 20, 0, 5]), port: 4000 };
const SERVER: Endpoint = Endpoint { address: Address::v4([203, 0, 113, 1]), port: 6667 };

/// One session whose channel talks without a pause, not yet over.
fn irc() -> Frames {
    let mut wire = Wire::new(Weather::default(), 5);
    let talk = wire
        .tcp(Timestamp::from_parts(1_700_000_000, 0), CLIENT, SERVER)
        .client("NICK a\r\nUSER a 0 * :A\r\n")
        .server(":irc.example.org 001 a :Welcome\r\n");
    let _ = talk.server(irc_lines(400_000)).leave();
    wire.into_frames()
}

/// A transfer that nobody announced, not yet over.
fn file() -> Frames {
    let mut wire = Wire::new(Weather::default(), 7);
    let server = Endpoint { port: 9000, ..SERVER };
    let talk = wire.tcp(Timestamp::from_parts(1_700_000_000, 0), CLIENT, server).client(b"\x01go");
    let _ = talk.server(Random::new(9).bytes(400_000)).leave();
    wire.into_frames()
}
