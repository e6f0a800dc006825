//! Points for nicks, after Rishi (Goebel and Holz, HotBots 2007), for the baseline of that name.
//!
//! One point for a special character, two digits in a row, a part that names a country or a system, and a port that is
//! not IRC's; ten for the form of a family of bots. The original's lists are not public in full: the points are its,
//! the lists are short.

use wiretale::irc::Event;
use wiretale::protocol::Direction;
use wiretale::score::{Detector, Fact, Findings, Hears, Scene};

/// Points for nicks.
pub(crate) struct Rishi;

/// The row its points are written in; the weights table does not know it, so no case does.
pub(crate) const ROW: &str = "RISHI.points";

impl Detector for Rishi {
    fn name(&self) -> &'static str {
        "RISHI"
    }

    fn hears(&self) -> Hears {
        Hears::IRC
    }

    fn hear(&mut self, scene: &Scene<'_>, fact: &Fact<'_>, findings: &mut Findings) {
        let Fact::Irc(&Event::Registered { nick, .. }) = *fact else { return };
        if scene.home_end() == Some(Direction::Client) {
            let uncommon = !matches!(scene.moment.flow.server.port, 6660..=6669 | 6697 | 7000);
            let points = points(&nick) + u32::from(uncommon);
            let evidence = scene.evidence(Direction::Client, ROW, "nick", "points for a nick");
            findings.push(evidence.strength(f64::from(points)));
        }
    }
}

fn points(nick: &[u8]) -> u32 {
    let special = nick.iter().filter(|byte| b"[]{}|^`-".contains(byte)).count() as u32;
    let digits: u32 = nick.split(|byte| !byte.is_ascii_digit()).map(|run| run.len() as u32 / 2).sum();
    let longest = nick.split(|byte| !byte.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or(0);
    let parts = nick.split(|byte| !byte.is_ascii_alphanumeric());
    let named =
        parts.filter(|part| PARTS.iter().any(|known| part.eq_ignore_ascii_case(known.as_bytes()))).count() as u32;
    let family = (named > 0 && longest >= 4) || (nick.starts_with(b"DCOM") && longest >= 3);
    special + digits + named + if family { 10 } else { 0 }
}

const PARTS: &[&str] =
    &["DEU", "GBR", "USA", "FRA", "CAN", "ITA", "ESP", "NLD", "DE", "US", "XP", "2K", "WIN", "W7", "98"];

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn bots_get_ten_and_people_do_not() {
        assert!(points(b"[00|DEU|597660]") >= 10 && points(b"XP-12345") >= 10);
        assert!(points(b"alice_g") < 3 && points(b"pepper4821") < 10);
    }
}
