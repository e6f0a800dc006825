//! The TCP options that decide whether a segment counts.

/// What the options of one segment say.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Options {
    /// Window scale (RFC 7323 section 2), as sent.
    pub(crate) scale: Option<u8>,
    /// The sender's timestamp (RFC 7323 section 3).
    pub(crate) stamp: Option<u32>,
    /// The newest timestamp of the other side that counts there, as far as it was acknowledged.
    pub(crate) echo: Option<u32>,
    /// Is there an MD5 (RFC 2385) or authentication option (RFC 5925)?
    pub(crate) signed: bool,
}

impl Options {
    /// Reads options up to the end of the list or the first that is cut.
    #[inline]
    pub(crate) fn read(options: &[u8]) -> Self {
        match options {
            [] => Self::default(),
            // Nearly every segment of a modern host: two paddings and a timestamp.
            [1, 1, 8, 10, times @ ..] if times.len() == 8 => Self::default().with_times(times),
            _ => Self::walk(options),
        }
    }

    #[inline]
    fn with_times(self, times: &[u8]) -> Self {
        let [a, b, c, d, e, f, g, h] = times else { return self };
        let (stamp, echo) = (u32::from_be_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*e, *f, *g, *h]));
        Self { stamp: Some(stamp), echo: Some(echo), ..self }
    }

    fn walk(mut rest: &[u8]) -> Self {
        let mut found = Self::default();
        loop {
            rest = match rest {
                [] | [0, ..] => return found,
                [1, rest @ ..] => rest,
                [kind, len, ..] => {
                    let Some((option, rest)) = rest.split_at_checked(usize::from(*len).max(2)) else { return found };
                    found.note(*kind, option.get(2..).unwrap_or_default());
                    rest
                }
                [_] => return found,
            };
        }
    }

    fn note(&mut self, kind: u8, value: &[u8]) {
        match (kind, value) {
            (3, [scale]) => self.scale = Some(*scale),
            (8, times) => *self = self.with_times(times),
            (19 | 29, _) => self.signed = true,
            _ => {}
        }
    }
}

/// Options that announce the window scale `scale` and are signed or not, and nothing else.
pub(crate) fn announcing(scale: Option<u8>, signed: bool) -> &'static [u8] {
    let both = scale.and_then(|scale| SCALES.get(usize::from(scale))).map_or(SIGNED, |options| options);
    let skipped = if signed { 0 } else { SIGNED.len() };
    both.get(skipped..).unwrap_or_default()
}

/// A signature cut to its kind.
const SIGNED: &[u8] = &[19, 2];

static SCALES: [[u8; 6]; 15] = {
    let mut all = [[19, 2, 1, 3, 3, 0]; 15];
    let mut scale = 0;
    #[allow(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "the compiler works it out, and stops at a mistake"
    )]
    while scale < 15 {
        all[scale][5] = scale as u8;
        scale += 1;
    }
    all
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_counts_among_others() {
        let options = [2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 4];
        let found = Options { scale: Some(7), stamp: Some(9), echo: Some(4), signed: false };
        assert_eq!(Options::read(&options), found);
        assert_eq!(Options::read(&[1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 4]), Options { scale: None, ..found });
        assert!(Options::read(&[19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).signed);
    }

    #[test]
    fn a_cut_or_empty_option_ends_the_list() {
        for options in [&[3u8, 3][..], &[3], &[8, 0, 0], &[0, 3, 3, 7], &[3, 1, 3, 3], &[255, 255]] {
            assert_eq!(Options::read(options).stamp, None);
        }
    }

    #[test]
    fn scales_can_be_announced_again() {
        for (scale, signed) in [(Some(0), true), (Some(9), false), (Some(14), true), (None, true), (None, false)] {
            assert_eq!(Options::read(announcing(scale, signed)), Options { scale, signed, ..Options::default() });
        }
        assert_eq!(announcing(None, false), &[] as &[u8]);
    }
}
