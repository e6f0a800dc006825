//! Dialogues that no known protocol claims: they have no log, and a line in the digest.

use wiretale::protocol::{Moment, Observe};
use wiretale::terminal::{Event, Terminal};

use super::{Logs, State};
use crate::output::Output;

impl<W: Output> Observe<Terminal> for Logs<W> {
    fn observe(&mut self, _: &mut State, moment: &Moment<'_>, event: &Event<'_>) {
        if let Event::Greeting(text) = event {
            self.digest.greeting(moment.flow, text);
        }
    }
}
