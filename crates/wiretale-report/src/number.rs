//! Numbers as text, appended to bytes without a string in between.

use std::io::Write as _;
use std::time::Duration;

use wiretale::packet::{Address, Timestamp};

/// `n` in decimal.
pub(crate) fn decimal(out: &mut Vec<u8>, mut n: u64) {
    if n < 10 {
        return out.push(b'0' + n as u8);
    }
    let mut digits = [0; 20];
    let mut at = digits.len();
    while n >= 100 {
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[(n % 100) as usize]);
        n /= 100;
    }
    if n >= 10 {
        at -= 2;
        digits[at..at + 2].copy_from_slice(&PAIRS[n as usize]);
    } else {
        at -= 1;
        digits[at] = b'0' + n as u8;
    }
    out.extend_from_slice(&digits[at..]);
}

/// Seconds since 1970, six digits of fraction.
pub(crate) fn time(out: &mut Vec<u8>, at: Timestamp) {
    let micros = at.nanos().div_euclid(1000);
    if micros < 0 {
        out.push(b'-');
    }
    fixed(out, micros.unsigned_abs());
}

/// Seconds, six digits of fraction.
pub(crate) fn interval(out: &mut Vec<u8>, length: Duration) {
    fixed(out, u64::try_from(length.as_micros()).unwrap_or(u64::MAX));
}

/// An address as the standard library prints it: IPv6 compressed after RFC 5952.
pub(crate) fn address(out: &mut Vec<u8>, address: Address) {
    let Some(octets) = address.as_v4() else {
        // Writing to bytes in memory does not fail.
        let _ = write!(out, "{address}");
        return;
    };
    let mut text = [0; 16];
    let mut len = 0;
    for octet in octets {
        let [digits @ .., count] = &OCTETS[usize::from(octet)];
        text[len..len + 4].copy_from_slice(digits);
        len += usize::from(*count);
    }
    // Without the last dot.
    out.extend_from_slice(&text[..len - 1]);
}

fn fixed(out: &mut Vec<u8>, micros: u64) {
    decimal(out, micros / 1_000_000);
    let fraction = (micros % 1_000_000) as usize;
    let [[a, b], [c, d], [e, f]] = [PAIRS[fraction / 10_000], PAIRS[fraction / 100 % 100], PAIRS[fraction % 100]];
    out.extend_from_slice(&[b'.', a, b, c, d, e, f]);
}

/// 00 to 99.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut n = 0;
    while n < 100 {
        pairs[n] = [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
        n += 1;
    }
    pairs
};

/// Each octet with a dot behind it, and how long that is.
const OCTETS: [[u8; 5]; 256] = {
    let mut octets = [[0; 5]; 256];
    let mut n = 0;
    while n < 256 {
        let (a, b, c) = (b'0' + (n / 100) as u8, b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8);
        octets[n] = match n {
            0..10 => [c, b'.', 0, 0, 2],
            10..100 => [b, c, b'.', 0, 3],
            _ => [a, b, c, b'.', 4],
        };
        n += 1;
    }
    octets
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(f: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        f(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn addresses_are_written_as_zeek_does() {
        assert_eq!(written(|out| address(out, Address::v4([10, 0, 200, 1]))), "10.0.200.1");
        let six = "2001:470:4867:99::21".parse::<std::net::IpAddr>().unwrap();
        assert_eq!(written(|out| address(out, six.into())), "2001:470:4867:99::21");
    }

    proptest! {
        #[test]
        fn numbers_read_as_the_standard_library_writes_them(n: u64, nanos: i64) {
            prop_assert_eq!(written(|out| decimal(out, n)), n.to_string());
            let at = Timestamp::from_nanos(nanos.saturating_abs());
            prop_assert_eq!(written(|out| time(out, at)), at.to_string());
        }
    }
}
