//! Events put away in little room.

use alloc::vec::Vec;

use wiretale_dcc::LendOffers;
use wiretale_protocol::Lend;

use crate::{Event, Source, Wire};

/// Events that were put away, to be had again in the order put.
///
/// What an event borrows is with a [lender](Lend). Without it most events are no more than their name and a word or two,
/// and those that most lines make take three bytes here, where an [`Event`] takes 152.
#[derive(Default, Debug)]
pub struct Shelf {
    forms: Vec<Form>,
    others: Vec<Event<'static>>,
}

/// How far a shelf was read.
#[derive(Clone, Copy, Default, Debug)]
pub struct ShelfMark {
    form: usize,
    other: usize,
}

/// What of an event is no text.
#[derive(Clone, Copy, Debug)]
enum Form {
    Text { notice: bool },
    Joined { own: bool, key: bool },
    Parted { own: bool },
    Quit { own: bool, netsplit: bool },
    Ctcp { reply: bool },
    Other,
}

impl Shelf {
    /// Puts an event away. `lender` notes its slices and lends none.
    #[inline]
    pub fn put(&mut self, event: &Event<'_>, lender: &mut impl LendOffers<'static>) {
        let form = match *event {
            Event::Text { from, target, text, notice } => {
                note(lender, from, [target, text]);
                Form::Text { notice }
            }
            Event::Joined { channel, who, account, real_name, own, key } => {
                note(lender, who, [channel, account, real_name]);
                Form::Joined { own, key }
            }
            Event::Parted { channel, who, reason, own } => {
                note(lender, who, [channel, reason]);
                Form::Parted { own }
            }
            Event::Quit { who, reason, own, netsplit } => {
                note(lender, who, [reason]);
                Form::Quit { own, netsplit }
            }
            Event::Ctcp { from, target, reply, verb, args } => {
                note(lender, from, [target, verb, args]);
                Form::Ctcp { reply }
            }
            ref other => {
                self.others.push(other.relend(lender));
                Form::Other
            }
        };
        self.forms.push(form);
    }

    /// Tells of the event at `mark`, which moves on; false if that was all. `lender` lends the slices in the order noted.
    /// The event is lent and not given: it is larger than what it is made of.
    #[inline]
    pub fn tell<'b>(
        &self,
        mark: &mut ShelfMark,
        lender: &mut impl LendOffers<'b>,
        hear: &mut dyn FnMut(&Event<'b>),
    ) -> bool {
        let Some(form) = self.forms.get(mark.form) else { return false };
        mark.form += 1;
        match *form {
            Form::Text { notice } => {
                let (from, [target, text]) = noted(lender);
                hear(&Event::Text { from, target, text, notice });
            }
            Form::Joined { own, key } => {
                let (who, [channel, account, real_name]) = noted(lender);
                hear(&Event::Joined { channel, who, account, real_name, own, key });
            }
            Form::Parted { own } => {
                let (who, [channel, reason]) = noted(lender);
                hear(&Event::Parted { channel, who, reason, own });
            }
            Form::Quit { own, netsplit } => {
                let (who, [reason]) = noted(lender);
                hear(&Event::Quit { who, reason, own, netsplit });
            }
            Form::Ctcp { reply } => {
                let (from, [target, verb, args]) = noted(lender);
                hear(&Event::Ctcp { from, target, reply, verb, args });
            }
            Form::Other => {
                let Some(other) = self.others.get(mark.other) else { return false };
                mark.other += 1;
                hear(&other.relend(lender));
            }
        }
        true
    }

    /// Forgets everything; the room stays.
    pub fn clear(&mut self) {
        self.forms.clear();
        self.others.clear();
    }
}

#[inline]
fn note<const N: usize>(lender: &mut impl Lend<'static>, who: Source<'_>, texts: [Wire<'_>; N]) {
    lender.lend_all([who.name.0, who.user.0, who.host.0]);
    lender.lend_all(texts.map(|text| text.0));
}

#[inline]
fn noted<'b, const N: usize>(lender: &mut impl Lend<'b>) -> (Source<'b>, [Wire<'b>; N]) {
    let [name, user, host] = lender.lend_all([&[]; 3]).map(Wire);
    (Source { name, user, host }, lender.lend_all([&[]; N]).map(Wire))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ModeChange, ModeKind};
    use wiretale_dcc::Announced;

    #[derive(Default)]
    struct Noted(Vec<Vec<u8>>);

    struct Lent<'b>(core::slice::Iter<'b, Vec<u8>>);

    impl Lend<'static> for Noted {
        fn lend(&mut self, bytes: &[u8]) -> &'static [u8] {
            self.0.push(bytes.to_vec());
            &[]
        }
    }

    impl<'b> Lend<'b> for Lent<'b> {
        fn lend(&mut self, _: &[u8]) -> &'b [u8] {
            self.0.next().unwrap()
        }
    }

    impl LendOffers<'static> for Noted {
        fn lend_offer(&mut self, _: &Announced) -> &'static Announced {
            unreachable!("no event here has one")
        }
    }

    impl<'b> LendOffers<'b> for Lent<'b> {
        fn lend_offer(&mut self, _: &Announced) -> &'b Announced {
            unreachable!("no event here has one")
        }
    }

    #[test]
    fn what_is_put_away_comes_back_the_same() {
        let w = |text: &'static str| Wire(text.as_bytes());
        let who = Source { name: w("nick"), user: w("user"), host: w("host.example") };
        let change = ModeChange { adding: true, letter: b'o', kind: ModeKind::Rank, argument: w("other") };
        let events = [
            Event::Text { from: who, target: w("#a"), text: w("words"), notice: true },
            Event::Mode { target: w("#a"), by: who, change },
            Event::Joined {
                channel: w("#b"),
                who,
                account: w("account"),
                real_name: w("Real Name"),
                own: true,
                key: false,
            },
            Event::Parted { channel: w("#b"), who, reason: w("bye"), own: false },
            Event::Network { name: w("net"), server: w("irc.example") },
            Event::Quit { who, reason: w("a.example b.example"), own: false, netsplit: true },
            Event::Ctcp { from: who, target: w("#a"), reply: true, verb: w("PING"), args: w("1") },
            Event::Text { from: who, target: w("#a"), text: w(""), notice: false },
        ];
        let (mut shelf, mut noted) = (Shelf::default(), Noted::default());
        for round in 0..2 {
            events.iter().for_each(|event| shelf.put(event, &mut noted));
            let (mut mark, mut lent) = (ShelfMark::default(), Lent(noted.0.iter()));
            for event in &events {
                let told = shelf.tell(&mut mark, &mut lent, &mut |told| assert_eq!(told, event, "round {round}"));
                assert!(told);
            }
            assert!(!shelf.tell(&mut mark, &mut lent, &mut |told| panic!("{told:?}")));
            shelf.clear();
            noted.0.clear();
        }
    }
}
