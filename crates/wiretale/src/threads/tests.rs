//! What becomes of a run that does not come to its end.

use std::cell::Cell;
use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};

use wiretale_capture::Capture;
use wiretale_capture::write::Pcap;
use wiretale_flow::Settings;
use wiretale_packet::{Address, Endpoint, Frame, LinkType, Timestamp};
use wiretale_protocol::{Moment, Observe, Observer, Protocol};
use wiretale_testkit::build::udp_frame;

use super::{Crashed, analyze_threads};

/// Counts flows.
#[derive(Default)]
struct Count {
    opened: u64,
}

impl Observer for Count {
    type Flow = ();

    fn opened(&mut self, (): &mut (), _: &Moment<'_>) {
        self.opened += 1;
    }
}

impl<P: Protocol> Observe<P> for Count {}

/// The thread that gets this frame comes to grief.
static POISONED: AtomicU64 = AtomicU64::new(0);

pub(super) fn poison(numbers: &[u64]) {
    let poisoned = POISONED.load(Ordering::Relaxed);
    assert!(poisoned == 0 || !numbers.contains(&poisoned), "on purpose");
}

/// A capture of so many flows with one datagram each.
fn capture(flows: u32) -> tempfile::NamedTempFile {
    let mut writer = Pcap::nanos(Vec::new(), LinkType::ETHERNET).unwrap();
    let dns = Endpoint::new(Address::v4([192, 0, 2, 53]), 7);
    for flow in 0..flows {
        let [_, a, b, c] = flow.to_be_bytes();
        let data = udp_frame(Endpoint::new(Address::v4([10, a, b, c]), 4000), dns, b"x");
        let at = Timestamp::from_parts(1_700_000_000 + i64::from(flow / 1000), flow % 1000);
        let wire_len = data.len() as u32;
        writer.frame(&Frame { at, link: LinkType::ETHERNET, data: &data, wire_len }).unwrap();
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&writer.into_inner()).unwrap();
    file
}

#[test]
fn the_end_comes_as_it_should_or_with_a_word() {
    const FLOWS: u32 = 20_000;
    let file = capture(FLOWS);
    let run = |threads, go_on: &dyn Fn() -> bool| {
        let capture = Capture::open(file.path()).unwrap();
        analyze_threads(vec![capture], threads, &Settings::default(), Count::default(), |_, _, _| go_on())
    };
    for threads in [1, 2, 7, 1000] {
        let analyzed = run(threads, &|| true).unwrap();
        assert_eq!(analyzed.observer.opened, u64::from(FLOWS));
        assert_eq!((analyzed.stats.frames, analyzed.stats.flows_closed), (u64::from(FLOWS), u64::from(FLOWS)));
    }
    // The only test that may: the poison is for all threads of this process.
    for threads in [2, 4] {
        let rounds = Cell::new(0);
        let three = || rounds.replace(rounds.get() + 1) < 3;
        assert!(run(threads, &three).unwrap().observer.opened < u64::from(FLOWS));
        let panics = || run(threads, &|| panic!("on purpose"));
        assert!(panic::catch_unwind(AssertUnwindSafe(panics)).is_err());
        POISONED.store(12_000, Ordering::Relaxed);
        assert_eq!(run(threads, &|| true).err(), Some(Crashed));
        POISONED.store(0, Ordering::Relaxed);
    }
}
