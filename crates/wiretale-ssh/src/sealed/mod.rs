//! The encrypted part: lengths and times.

mod activity;
mod borders;
mod exchange;
mod login;
mod one;
mod seal;
mod session;
mod turn;
mod typing;

pub use session::{Confidence, Login, Session, Transfer, Typing, Volume};

pub(crate) use seal::Seal;

use wiretale_protocol::{Direction, Timestamp};

use activity::Activity;
use borders::Borders;
use exchange::Sizes;
use login::Logins;
use one::One;
use turn::Turn;

/// Both encrypted directions, by their parts in SSH.
#[derive(Debug)]
pub(crate) struct Sealed {
    client: Way,
    server: Way,
    turn: Option<Turn>,
    sizes: Sizes,
    logins: Logins,
    one: Option<One>,
    inside: Option<Activity>,
    told: Told,
}

/// One encrypted direction.
#[derive(Debug, Default)]
struct Way {
    volume: Volume,
    borders: Option<Borders>,
}

/// What was already said.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    refused: u32,
    inside: bool,
}

/// What a turn brought to light.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct News {
    /// Attempts refused since the last news.
    pub(crate) refused: u32,
    /// The client is in.
    pub(crate) inside: Option<Login>,
}

impl Sealed {
    /// Of algorithms not known yet.
    pub(crate) fn new() -> Self {
        let sizes = Sizes::new(Seal::UNKNOWN, Seal::UNKNOWN);
        Self {
            client: Way::default(),
            server: Way::default(),
            turn: None,
            sizes,
            logins: Logins::new(sizes),
            one: None,
            inside: None,
            told: Told::default(),
        }
    }

    /// Takes note of the seals; `compressed` when lengths say nothing of contents even before the login.
    pub(crate) fn agree(&mut self, (client, server): (Seal, Seal), compressed: bool) {
        self.sizes = Sizes::new(client, server);
        self.logins = self.logins.under(self.sizes);
        self.client.borders = Borders::of(&client);
        self.server.borders = Borders::of(&server);
        if compressed {
            self.logins.blind();
        }
    }

    /// Takes hints from the software names.
    pub(crate) fn software(&mut self, client: &[u8], server: &[u8]) {
        self.logins.software(client, server);
    }

    /// It is SSH1.
    pub(crate) fn one(&mut self) {
        self.one = Some(One::default());
        self.logins.blind();
        self.client.borders = Some(Borders::one());
        self.server.borders = Some(Borders::one());
    }

    /// The other side speaks, or this one is done: its turn is over.
    pub(crate) fn boundary(&mut self, speaker: Option<Direction>) -> News {
        match self.turn.take() {
            Some(turn) if Some(turn.from) == speaker => {
                self.turn = Some(turn);
                News::default()
            }
            Some(turn) => self.close(&turn),
            None => News::default(),
        }
    }

    /// Encrypted bytes.
    pub(crate) fn data(&mut self, from: Direction, at: Timestamp, bytes: &[u8]) {
        let (way, turn) = self.speak(from, at);
        turn.bytes += bytes.len() as u64;
        way.volume.bytes += bytes.len() as u64;
        if let Some(borders) = &mut way.borders {
            let mut packets = 0;
            borders.data(bytes, |size| {
                packets += 1;
                turn.packet(size);
            });
            way.volume.packets = borders.sure().then_some(way.volume.packets.unwrap_or(0) + packets);
        }
    }

    /// Bytes were lost: who got in is harder to tell.
    pub(crate) fn lose(&mut self) {
        self.logins.lose();
    }

    /// Encrypted bytes that were not captured.
    pub(crate) fn gap(&mut self, from: Direction, at: Timestamp, lost: u64) {
        self.lose();
        let (way, turn) = self.speak(from, at);
        turn.bytes += lost;
        way.volume.bytes += lost;
        way.volume.missed += lost;
        if let Some(borders) = &mut way.borders {
            let ended = borders.gap(lost);
            if let Some(size) = ended {
                turn.packet(size);
            }
            let packets = way.volume.packets.unwrap_or(0) + u64::from(ended.is_some());
            way.volume.packets = borders.sure().then_some(packets);
        }
    }

    /// The record, when both directions are over.
    pub(crate) fn session(&self) -> Session {
        let mut session =
            Session { to_server: self.client.volume, to_client: self.server.volume, ..Session::default() };
        session.login = self.login(true);
        if let Some(activity) = self.inside.as_ref().filter(|_| session.login.accepted != Some(false)) {
            activity.judge(&mut session);
        }
        session
    }

    /// What the end brought to light that no turn had.
    pub(crate) fn last_news(&mut self) -> News {
        let login = self.login(true);
        self.news(login)
    }

    fn login(&self, over: bool) -> Login {
        self.one.as_ref().map_or_else(|| self.logins.verdict(over), One::login)
    }

    fn speak(&mut self, from: Direction, at: Timestamp) -> (&mut Way, &mut Turn) {
        let way = match from {
            Direction::Client => &mut self.client,
            Direction::Server => &mut self.server,
        };
        if self.turn.is_none() {
            way.volume.turns += 1;
        }
        (way, self.turn.get_or_insert_with(|| Turn::new(from, at)))
    }

    fn close(&mut self, turn: &Turn) -> News {
        if let Some(activity) = &mut self.inside {
            activity.turn(turn, &self.sizes);
        }
        if self.told.inside {
            return News::default();
        }
        match &mut self.one {
            Some(one) => one.turn(turn),
            None => self.logins.turn(turn),
        }
        let login = self.login(false);
        let news = self.news(login);
        if self.watch(turn, &news) {
            self.sizes = self.logins.sizes();
            self.inside = Some(Activity::new(self.logins.opening(), &self.sizes));
        }
        news
    }

    // Activity is watched from the login on, and where no login can be seen, from the first turn on.
    fn watch(&self, turn: &Turn, news: &News) -> bool {
        news.inside.is_some() || (self.inside.is_none() && self.logins.blinded() && turn.bytes > 0)
    }

    fn news(&mut self, login: Login) -> News {
        if self.told.inside {
            return News::default();
        }
        let refused = login.refused.saturating_sub(self.told.refused);
        self.told.refused += refused;
        let inside = (login.accepted == Some(true)).then_some(login);
        self.told.inside = inside.is_some();
        News { refused, inside }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_of_gigabytes_asks_for_the_service() {
        let (mut sealed, at) = (Sealed::new(), Timestamp::default());
        sealed.gap(Direction::Client, at, 5_000_000_000);
        for bytes in [48, 400, 300, 400] {
            for (from, to) in [(Direction::Client, Direction::Server), (Direction::Server, Direction::Client)] {
                sealed.data(from, at, &[0; 400][..bytes]);
                sealed.boundary(Some(to));
            }
        }
        assert!(sealed.last_news().inside.is_none());
    }
}
