//! The files that crossed.

use std::fmt;

use wiretale::score::size;

use super::{ITEMS, ROWS, clock, more, time_of_day};
use crate::digest::paper::{heading, line, list, plural};
use crate::digest::{Digest, Moved};
use crate::text::Shown;

impl Digest {
    pub(super) fn files(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [never_taken, refused, chats, _] = self.offers;
        if self.files.is_empty() && self.offers == [0; 4] {
            return Ok(());
        }
        heading(f, "Files moved")?;
        let when = if self.is_of_one_day() { time_of_day } else { clock };
        for file in self.files.iter().take(ROWS * 2) {
            let Moved { at, name, how, from, to, bytes, missing, mime, sha256 } = file;
            let name = if name.is_empty() { "(no name)".to_owned() } else { Shown(name).to_string() };
            line(f, &format!("{} {how} {from} to {to}: {name}", when(*at)))?;
            let mut facts = vec![size(*bytes)];
            facts.extend(mime.clone());
            facts.extend((*missing > 0).then(|| format!("{} not captured", size(*missing))));
            list(f, "    ", 4, facts.into_iter(), ITEMS)?;
            if let Some(sha256) = sha256 {
                line(f, &format!("    SHA-256 {sha256}"))?;
            }
        }
        more(f, self.files.len().saturating_sub(ROWS), self.files_left_out)?;
        let offers = [
            (never_taken, "offer was never taken", "offers were never taken"),
            (refused, "offer was refused", "offers were refused"),
            (chats, "direct chat", "direct chats"),
        ];
        let told: Vec<String> =
            offers.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| plural(*n, one, many)).collect();
        if told.is_empty() { Ok(()) } else { list(f, "DCC besides: ", 4, told.into_iter(), ITEMS) }
    }

    fn is_of_one_day(&self) -> bool {
        self.began.is_none_or(|began| clock(began).get(..DAY) == clock(self.ended).get(..DAY))
    }
}

// Of a date with its time, the date.
const DAY: usize = 10;
