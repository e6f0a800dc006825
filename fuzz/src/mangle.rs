//! Stored inputs mangled: what a soak feeds the targets, at full speed and blindly.

/// Makes inputs out of stored ones. An input's number tells all of it: the same number, the same bytes.
pub struct Mangler {
    seed: u64,
    max_len: usize,
    stored: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

impl Mangler {
    /// Inputs of at most `max_len` bytes, out of `stored` inputs and the `words` of a dictionary.
    #[must_use]
    pub fn new(seed: u64, max_len: usize, mut stored: Vec<Vec<u8>>, words: Vec<Vec<u8>>) -> Self {
        stored.push(Vec::new());
        Self { seed, max_len: max_len.max(1), stored, words }
    }

    /// Puts the input of this number into `input`.
    pub fn input(&self, number: u64, input: &mut Vec<u8>) {
        let mut dice = Dice(self.seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        input.clear();
        // Short ones by preference: they are cheap, and most of what can go wrong is near the beginning.
        let halvings = dice.below(6);
        let limit = dice.below(self.max_len >> halvings) + 1;
        input.extend_from_slice(self.piece(&mut dice, limit));
        // Each further step is half as likely.
        for _ in 0..=dice.next().trailing_ones().min(7) {
            self.step(&mut dice, input);
        }
        input.truncate(self.max_len);
    }

    fn step(&self, dice: &mut Dice, input: &mut Vec<u8>) {
        let (at, len) = (dice.below(input.len() + 1), input.len());
        match dice.below(12) {
            0 => change(input, at, |byte| byte ^ 1 << dice.below(8)),
            1 => change(input, at, |_| dice.next() as u8),
            2 => change(input, at, |_| ODD[dice.below(ODD.len())]),
            3 => change(input, at, |byte| byte.wrapping_add(dice.below(9) as u8).wrapping_sub(4)),
            4 => insert(input, at, &dice.next().to_le_bytes()[..1 + dice.below(4)]),
            5 => insert(input, at, &vec![ODD[dice.below(ODD.len())]; 1 + dice.below(16)]),
            6 => drop(input.drain(at..(at + 1 + dice.below(8)).min(len))),
            7 => input.truncate(at),
            8 => {
                let again = input[at..(at + 1 + dice.below(16)).min(len)].to_vec();
                insert(input, dice.below(len + 1), &again);
            }
            9 => insert(input, at, self.word(dice)),
            10 => insert(input, at, self.piece(dice, 32)),
            _ => {
                input.truncate(at);
                input.extend_from_slice(self.piece(dice, len.max(1)));
            }
        }
    }

    // Of a stored input, mostly its beginning.
    fn piece(&self, dice: &mut Dice, limit: usize) -> &[u8] {
        let stored = &self.stored[dice.below(self.stored.len())];
        let from = if dice.below(4) == 0 { dice.below(stored.len() + 1) } else { 0 };
        &stored[from..(from + limit).min(stored.len())]
    }

    fn word(&self, dice: &mut Dice) -> &[u8] {
        if self.words.is_empty() { b"\x01PKT\x00" } else { &self.words[dice.below(self.words.len())] }
    }
}

/// The words of a dictionary as libFuzzer reads it: one a line, in quotes, with `\xNN`, `\"` and `\\`.
#[must_use]
pub fn words(dictionary: &str) -> Vec<Vec<u8>> {
    let quoted = |line: &str| Some(line.split_once('"')?.1.rsplit_once('"')?.0.to_owned());
    dictionary.lines().filter(|line| !line.starts_with('#')).filter_map(quoted).map(|word| unescaped(&word)).collect()
}

fn unescaped(word: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), word.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after.get(1..3).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        let (value, len) = match (byte, after.first(), hex) {
            (b'\\', Some(b'x'), Some(value)) => (value, 4),
            (b'\\', Some(&next), _) => (next, 2),
            _ => (byte, 1),
        };
        bytes.push(value);
        rest = &rest[len..];
    }
    bytes
}

fn change(input: &mut [u8], at: usize, to: impl FnOnce(u8) -> u8) {
    if let Some(byte) = input.get_mut(at) {
        *byte = to(*byte);
    }
}

fn insert(input: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    input.splice(at..at, bytes.iter().copied());
}

// SplitMix64.
struct Dice(u64);

impl Dice {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}

const ODD: &[u8] = &[0, 1, 0x7f, 0x80, 0xff, b' ', b'\n', b'\r', b':', b'0', b'9', b',', b'.', b'\\', 0xc0, 0xfe];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_its_input() {
        let stored = || vec![b"NICK alice\r\n".to_vec(), vec![0xff; 300]];
        let make = |seed| Mangler::new(seed, 64, stored(), words("\"JOIN\""));
        let (mut one, mut other, mut differ) = (Vec::new(), Vec::new(), 0);
        for number in (0..2000).rev() {
            make(1).input(number, &mut one);
            make(1).input(number, &mut other);
            assert!(one == other && one.len() <= 64);
            make(2).input(number, &mut other);
            differ += usize::from(one != other);
        }
        assert!(differ > 1800, "{differ}");
    }

    #[test]
    fn dictionaries_are_read_as_libfuzzer_does() {
        let text = "# words\n\"JOIN #\"\nname=\"\\x01PKT\\\\\\\"\"\n\n\"\\xc0\\x0c\"\n";
        assert_eq!(words(text), [&b"JOIN #"[..], b"\x01PKT\\\"", b"\xc0\x0c"]);
    }
}
