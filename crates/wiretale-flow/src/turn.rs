//! What a client says between two words of its server, however it is cut: a turn. Each line near the beginning of one may
//! begin something else.

use wiretale_protocol::{Direction, Probe, scan};

/// Where a client is in its turn, and how many bytes of it were passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    /// A line begins, if it is not blank.
    Line(u16),
    /// In a line that begins nothing.
    Within(u16),
    /// What else it says is not looked at.
    Over,
}

impl Turn {
    /// The next bytes begin one.
    pub(crate) const NEXT: Self = Self::Line(0);

    /// Behind bytes of this side that are nobody's.
    pub(crate) const fn behind(from: Direction) -> Self {
        match from {
            Direction::Client => Self::Over,
            Direction::Server => Self::NEXT,
        }
    }

    /// Is it being looked at?
    pub(crate) const fn is_on(self) -> bool {
        matches!(self, Self::Within(_) | Self::Line(1..))
    }

    /// Where in the next bytes of it a line begins with which somebody `resumes`, or may, and how many bytes of the turn
    /// come before; else where it is behind these bytes.
    pub(crate) fn seek(mut self, bytes: &[u8], resumes: impl Fn(&[u8]) -> Probe) -> Result<(usize, u16), Self> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let near = |passed: u16| usize::from(passed) < LOOKED;
            let (passed, line) = match self {
                Self::Line(passed) if near(passed) => (passed, true),
                Self::Within(passed) if near(passed) => (passed, false),
                _ => return Err(Self::Over),
            };
            let most = rest.get(..LOOKED).unwrap_or(rest);
            let blank = line && matches!(rest, [b'\r' | b'\n', ..]);
            let end = if blank { Some(0) } else { scan::first(most, *b"\n") };
            let first = end.and_then(|end| rest.get(..=end));
            if line && !blank {
                match resumes(first.unwrap_or(rest)) {
                    Probe::No => {}
                    // More than its first line was needed, and is nothing: another may begin behind it.
                    Probe::Unsure if first.is_some() && resumes(rest) == Probe::No => {}
                    _ => return Ok((at, passed)),
                }
            }
            let len = first.map_or(rest.len(), <[u8]>::len);
            let passed = u16::try_from(usize::from(passed) + len).unwrap_or(u16::MAX);
            self = if first.is_some() { Self::Line(passed) } else { Self::Within(passed) };
            at += len;
        }
        Err(self)
    }
}

/// So many bytes of a turn are looked at for lines that begin something.
const LOOKED: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    // `N` begins something, and `GET` with a blank line and more behind it may.
    fn resumes(bytes: &[u8]) -> Probe {
        match bytes {
            [b'N', ..] => Probe::Yes,
            b"G" | b"GE" | b"GET\n" => Probe::Unsure,
            [b'G', b'E', b'T', rest @ ..] if rest.len() < 3 => Probe::Unsure,
            _ => Probe::No,
        }
    }

    // Where it is found, a piece at a time; what may begin something waits for more.
    fn found(turn: &[u8], piece: usize) -> Result<usize, Turn> {
        let (mut at, mut from, mut now) = (0, 0, Turn::NEXT);
        while at < turn.len() {
            at = (at + piece).min(turn.len());
            match now.seek(&turn[from..at], resumes) {
                Err(next) => (from, now) = (at, next),
                Ok((begins, _)) if resumes(&turn[from + begins..at]) == Probe::Yes => return Ok(from + begins),
                Ok((begins, passed)) => (from, now) = (from + begins, Turn::Line(passed)),
            }
        }
        Err(now)
    }

    #[test]
    fn a_line_near_the_beginning_of_a_turn_begins_something_however_it_is_cut() {
        let far = [&b"x"[..], &[b'\n'; LOOKED], b"N"].concat();
        let near = [&b"x"[..], &[b'\n'; LOOKED - 2], b"N"].concat();
        for (turn, wanted) in [
            (&b"N"[..], Ok(0)),
            (b"hello\r\nNo", Ok(7)),
            (b"\r\n\r\nN", Ok(4)),
            (b"xN", Err(Turn::Within(2))),
            (b"xN\r\n", Err(Turn::Line(4))),
            (b"GET\nN", Err(Turn::Line(0))),
            // What needed more than a line, and was nothing, hides none of the lines behind it.
            (b"GET\nabcN\nN", Ok(9)),
            (b"GET\nNabc", Ok(4)),
            (&near, Ok(LOOKED - 1)),
            (&far, Err(Turn::Over)),
        ] {
            for piece in [1, 2, 3, 1000] {
                assert_eq!(found(turn, piece), wanted, "{} {piece}", turn.escape_ascii());
            }
        }
    }
}
