//! Passive network analysis that knows IRC.
//!
//! An [`Analyzer`] takes the frames of a capture and tells an observer what the hosts in it did: their connections, and
//! what the protocols of [`Standard`] find in them, wherever those run. Write an observer, or use two side by side; a
//! pair of observers is one.
//!
//! It refuses to send a packet, to open a connection, and to decrypt.
//!
//! ```no_run
//! use wiretale::irc::{Event, Irc};
//! use wiretale::protocol::{Moment, Observe, Observer};
//! use wiretale::{Settings, analyze};
//!
//! /// Prints what the IRC decoder hears; the other protocols are ignored.
//! struct Print;
//!
//! impl Observer for Print {
//!     type Flow = ();
//! }
//!
//! impl Observe<Irc> for Print {
//!     fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &Event<'_>) {
//!         println!("{} {} {event:?}", moment.at, moment.flow.server);
//!     }
//! }
//!
//! wiretale::ignore!(Print: dcc::Dcc, dcc::DccChat, ssh::Ssh, ftp::Ftp, ftp::FtpData, dns::Dns);
//! wiretale::ignore!(Print: recognize::Named, terminal::Terminal);
//!
//! let read = analyze(["capture.pcap"], Settings::default(), Print)?;
//! for cut in read.trouble {
//!     eprintln!("{cut}");
//! }
//! # Ok::<(), wiretale::capture::Error>(())
//! ```
#![forbid(unsafe_code)]

mod analyze;
mod threads;

pub use wiretale_capture as capture;
pub use wiretale_dcc as dcc;
pub use wiretale_dns as dns;
pub use wiretale_files as files;
pub use wiretale_flow as flow;
pub use wiretale_ftp as ftp;
pub use wiretale_irc as irc;
pub use wiretale_packet as packet;
pub use wiretale_protocol as protocol;
pub use wiretale_reassembly as reassembly;
pub use wiretale_recognize as recognize;
pub use wiretale_score as score;
pub use wiretale_ssh as ssh;
pub use wiretale_terminal as terminal;

pub use analyze::{AT_ONCE, Analyzed, analyze, analyze_batch, analyze_captures, analyze_several};
pub use threads::{Crashed, Listener, MOST_THREADS, analyze_threads};
pub use wiretale_flow::{
    Analyzer, Checksums, CommunityId, Course, Limits, Lookback, Network, Settings, Stats, Timeouts, community_id,
};

/// Every protocol that is decoded or known by name, in the order in which they are asked whose bytes those are. A list
/// of one's own may go before it: `(Mine, Standard)`.
pub type Standard = (
    irc::Irc,
    (
        dcc::Dcc,
        (
            dcc::DccChat,
            (ssh::Ssh, (ftp::Ftp, (ftp::FtpData, (dns::Dns, (recognize::Named, (terminal::Terminal, ())))))),
        ),
    ),
);

/// Has an observer ignore protocols of this crate: `ignore!(Mine: ssh::Ssh, dns::Dns)`.
#[macro_export]
macro_rules! ignore {
    ($observer:ty: $($room:ident :: $protocol:ident),+ $(,)?) => {
        $(impl $crate::protocol::Observe<$crate::$room::$protocol> for $observer {})+
    };
}
