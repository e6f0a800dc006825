//! Prints who joins which channel, on any port of any capture: `cargo run --example joins -- FILE...`

use wiretale::irc::{Event, Irc};
use wiretale::protocol::{Escaped, Moment, Observe, Observer};
use wiretale::{Settings, analyze};

/// Prints who joins which channel, on any port of any capture.
struct Joins;

impl Observer for Joins {
    type Flow = ();
}

impl Observe<Irc> for Joins {
    fn observe(&mut self, (): &mut (), moment: &Moment<'_>, event: &Event<'_>) {
        if let Event::Joined { channel, who, .. } = event {
            println!("{} {} joins {}", moment.at, Escaped(&who.name), Escaped(channel));
        }
    }
}

wiretale::ignore!(Joins: dcc::Dcc, dcc::DccChat, ssh::Ssh, ftp::Ftp, ftp::FtpData, dns::Dns);
wiretale::ignore!(Joins: recognize::Named, terminal::Terminal);

fn main() -> Result<(), wiretale::capture::Error> {
    analyze(std::env::args().skip(1), Settings::default(), Joins)?;
    Ok(())
}
