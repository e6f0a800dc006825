//! How even the bytes of a file are.

/// How often each byte value occurred.
#[derive(Clone, Debug)]
pub struct Histogram {
    // Four tables side by side: equal bytes in a row would wait for each other in one.
    tables: [[u32; 256]; 4],
    // Bytes in the tables.
    pending: u32,
    // What was in the tables before they were full.
    counts: [u64; 256],
}

impl Histogram {
    /// Nothing counted yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { tables: [[0; 256]; 4], pending: 0, counts: [0; 256] }
    }

    /// Counts `bytes`.
    pub fn count(&mut self, bytes: &[u8]) {
        for block in bytes.chunks(1 << 20) {
            self.pending = self.pending.checked_add(block.len() as u32).unwrap_or_else(|| {
                (self.counts, self.tables) = (self.totals(), [[0; 256]; 4]);
                block.len() as u32
            });
            let (fours, rest) = block.as_chunks::<4>();
            for four in fours {
                for (table, &byte) in self.tables.iter_mut().zip(four) {
                    table[usize::from(byte)] += 1;
                }
            }
            rest.iter().for_each(|&byte| self.tables[0][usize::from(byte)] += 1);
        }
    }

    fn totals(&self) -> [u64; 256] {
        let mut totals = self.counts;
        for table in &self.tables {
            totals.iter_mut().zip(table).for_each(|(total, more)| *total += u64::from(*more));
        }
        totals
    }

    /// Shannon's entropy in bits a byte, 0 to 8; `None` of nothing.
    #[must_use]
    pub fn entropy(&self) -> Option<f64> {
        let counts = self.totals();
        let total = counts.iter().sum::<u64>();
        (total != 0).then(|| {
            let share = |&count: &u64| count as f64 / total as f64;
            let bits = counts.iter().filter(|&&count| count != 0).map(share).map(|p| p * p.log2()).sum::<f64>();
            // Not minus zero.
            (-bits).max(0.0)
        })
    }
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.totals() == other.totals()
    }
}

impl Eq for Histogram {}

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

    #[test]
    fn how_bytes_came_does_not_matter_nor_when_tables_were_full() {
        let all: Vec<u8> = (0..=255).cycle().take(70_003).collect();
        let [mut whole, mut pieces, mut full] = [(); 3].map(|()| Histogram::new());
        whole.count(&all);
        all.chunks(7).for_each(|piece| pieces.count(piece));
        for (at, piece) in all.chunks(1460).enumerate() {
            full.pending = if at == 5 { u32::MAX - 1000 } else { full.pending };
            full.count(piece);
        }
        assert!(full.counts.iter().any(|count| *count > 0), "the tables were emptied");
        assert_eq!((&whole, &whole), (&pieces, &full));
    }
}
