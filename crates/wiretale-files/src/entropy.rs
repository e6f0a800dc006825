//! How even the bytes of a file are.

/// How often each byte value occurred.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Histogram {
    counts: [u64; 256],
}

impl Histogram {
    /// Nothing counted yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { counts: [0; 256] }
    }

    /// Counts `bytes`.
    pub fn count(&mut self, bytes: &[u8]) {
        // Four tables side by side: equal bytes in a row would wait for each other in one.
        if bytes.len() < 1024 {
            bytes.iter().for_each(|&byte| self.counts[usize::from(byte)] += 1);
            return;
        }
        for block in bytes.chunks(1 << 20) {
            let mut tables = [[0u32; 256]; 4];
            let (fours, rest) = block.as_chunks::<4>();
            for four in fours {
                for (table, &byte) in tables.iter_mut().zip(four) {
                    table[usize::from(byte)] += 1;
                }
            }
            rest.iter().for_each(|&byte| tables[0][usize::from(byte)] += 1);
            for table in tables {
                self.counts.iter_mut().zip(table).for_each(|(count, more)| *count += u64::from(more));
            }
        }
    }

    /// Shannon's entropy in bits a byte, 0 to 8; `None` of nothing.
    #[must_use]
    pub fn entropy(&self) -> Option<f64> {
        let total = self.counts.iter().sum::<u64>();
        (total != 0).then(|| {
            let share = |&count: &u64| count as f64 / total as f64;
            let bits = self.counts.iter().filter(|&&count| count != 0).map(share).map(|p| p * p.log2()).sum::<f64>();
            // Not minus zero.
            (-bits).max(0.0)
        })
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entropy(bytes: &[u8]) -> Option<f64> {
        let mut histogram = Histogram::new();
        histogram.count(bytes);
        histogram.entropy()
    }

    #[test]
    fn even_bytes_have_eight_bits_and_equal_ones_none() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(entropy(&all), Some(8.0));
        assert_eq!(entropy(&all.repeat(100)), Some(8.0));
        assert_eq!(entropy(&[7; 5000]), Some(0.0));
        assert_eq!(entropy(b"abab"), Some(1.0));
        assert_eq!(entropy(b""), None);
    }
}
