//! What happens in other services, and of which a flow is found to be.

use wiretale_dcc::Dcc;
use wiretale_ftp::{DataEvent, Ftp, FtpData};
use wiretale_protocol::{Content, Direction, Observe, Observer};
use wiretale_ssh::Ssh;
use wiretale_terminal::Terminal;

use super::{Client, Play, Server};

impl Play {
    /// A file crosses from `sender`.
    pub(crate) fn file(
        &mut self,
        flow: usize,
        at: f64,
        carrier: &str,
        sender: Direction,
        name: Option<&str>,
        head: &[u8],
    ) {
        let name = name.map(str::as_bytes);
        let steps = [Content::Begin { name, size: None, start: 0 }, Content::Data(head), Content::End];
        for step in steps {
            self.at(flow, at, sender, |scorer, scored, moment| match carrier {
                "dcc" => Observe::<Dcc>::observe(scorer, scored, moment, &wiretale_dcc::Event::Content(step)),
                _ => Observe::<FtpData>::observe(scorer, scored, moment, &DataEvent::Content(step)),
            });
        }
    }

    /// The server's words before the client said anything.
    pub(crate) fn greeting(&mut self, flow: usize, at: f64, direction: Direction, text: &str) {
        let event = wiretale_terminal::Event::Greeting(text.as_bytes());
        self.at(flow, at, direction, |scorer, scored, moment| {
            Observe::<Terminal>::observe(scorer, scored, moment, &event);
        });
    }

    /// A line of a dialogue that no protocol claims.
    pub(crate) fn line(&mut self, flow: usize, at: f64, direction: Direction, line: &str) {
        let event = wiretale_terminal::Event::Line(line.as_bytes());
        self.at(flow, at, direction, |scorer, scored, moment| {
            Observe::<Terminal>::observe(scorer, scored, moment, &event);
        });
    }

    pub(crate) fn ssh(&mut self, flow: usize, at: f64, direction: Direction, event: wiretale_ssh::Event<'_>) {
        self.at(flow, at, direction, |scorer, scored, moment| Observe::<Ssh>::observe(scorer, scored, moment, &event));
    }

    /// The flow is found to be of this service.
    pub(crate) fn recognized(&mut self, flow: usize, at: f64, service: &'static str) {
        self.at(flow, at, Server, |scorer, scored, moment| scorer.recognized(scored, moment, service));
    }

    /// Its server speaks so itself.
    pub(crate) fn served(&mut self, flow: usize, at: f64, service: &'static str) {
        self.at(flow, at, Server, |scorer, scored, moment| scorer.served(scored, moment, service));
    }

    pub(crate) fn ftp(&mut self, flow: usize, at: f64, direction: Direction, event: wiretale_ftp::Event<'_>) {
        self.at(flow, at, direction, |scorer, scored, moment| Observe::<Ftp>::observe(scorer, scored, moment, &event));
    }
}

/// A password is tried by SSH; [`log_in`] tells of the one that lets in.
pub(crate) fn attempt(play: &mut Play, flow: usize, at: f64, accepted: bool) {
    ssh(play, flow, at, wiretale_ssh::Event::Attempt { accepted });
}

/// The client of an SSH connection is in.
pub(crate) fn log_in(play: &mut Play, flow: usize, at: f64) {
    attempt(play, flow, at, true);
    ssh(play, flow, at, wiretale_ssh::Event::LoggedIn { attempts: 1, none: false });
}

fn ssh(play: &mut Play, flow: usize, at: f64, event: wiretale_ssh::Event<'_>) {
    play.at(flow, at, Client, |scorer, scored, moment| Observe::<Ssh>::observe(scorer, scored, moment, &event));
}
