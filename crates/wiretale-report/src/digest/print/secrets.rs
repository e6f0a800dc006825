//! Logins and secrets in the clear.

use std::fmt;

use super::{ITEMS, ROWS, more};
use crate::digest::paper::{grouped, heading, label, list};
use crate::digest::{Digest, Exposed, Login};

impl Digest {
    pub(super) fn logins(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.logins.map.is_empty() {
            return Ok(());
        }
        heading(f, "Logins in the clear")?;
        let mut logins: Vec<_> = self.logins.in_order().collect();
        logins.sort_by_key(|(_, Login { accepted, unknown, .. })| *accepted == 0 && *unknown == 0);
        for ((server, user), Login { accepted, refused, unknown }) in logins.into_iter().take(ROWS) {
            let told = outcomes([*accepted, *refused, *unknown]);
            list(f, &label(&format!("ftp://{server} as "), user, ": "), 4, told.into_iter(), ITEMS)?;
        }
        more(f, self.logins.map.len(), self.logins.left_out)
    }

    pub(super) fn exposures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exposures.map.is_empty() {
            return Ok(());
        }
        heading(f, "Secrets that crossed in the clear")?;
        // Those that were only guessed at come last.
        let mut exposures: Vec<_> = self.exposures.in_order().collect();
        exposures.sort_by_key(|(_, Exposed { outcomes: [accepted, _, unknown], .. })| *accepted == 0 && *unknown == 0);
        for ((kind, account, server), exposed) in exposures.into_iter().take(ROWS * 2) {
            let Exposed { protocol, outcomes: counts, tags, untold } = exposed;
            let whose = if account.is_empty() { "" } else { " of " };
            let how = protocol.map_or(String::new(), |protocol| format!(" ({protocol})"));
            let mut told = outcomes(*counts);
            let more = if *untold { " or more" } else { "" };
            told.extend((tags.len() > 1).then(|| format!("{}{more} different", grouped(tags.len() as u64))));
            let label = label(&format!("{kind}{whose}"), account, &format!(" at {server}{how}: "));
            list(f, &label, 4, told.into_iter(), ITEMS)?;
        }
        more(f, self.exposures.map.len().saturating_sub(ROWS), self.exposures.left_out)
    }
}

fn outcomes([accepted, refused, unknown]: [u64; 3]) -> Vec<String> {
    let told = [(accepted, "accepted"), (refused, "refused"), (unknown, "outcome unknown")];
    let counted =
        |(n, word): &(u64, &str)| if *n == 1 { (*word).to_owned() } else { format!("{word} {} times", grouped(*n)) };
    told.iter().filter(|(n, _)| *n > 0).map(counted).collect()
}
