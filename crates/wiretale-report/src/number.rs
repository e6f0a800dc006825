//! Numbers as text, appended to bytes without a string in between.

use std::io::Write as _;
use std::net::IpAddr;
use std::time::Duration;

use wiretale::packet::{Address, Timestamp};

/// `n` in decimal.
#[inline]
pub(crate) fn decimal(out: &mut Vec<u8>, n: u64) {
    match n {
        0..10 => out.push(b'0' + n as u8),
        10..EIGHT => {
            // Leading zeros are shifted out.
            let digits = u64::from_le_bytes(eight(n));
            let zeros = (digits ^ ZEROS).trailing_zeros() / 8;
            put(out, &(digits >> (8 * zeros)).to_le_bytes(), 8 - zeros as usize);
        }
        EIGHT.. => {
            decimal(out, n / EIGHT);
            out.extend_from_slice(&eight(n % EIGHT));
        }
    }
}

/// The first `len` bytes of `text`. A copy of fixed length is a move or two, one of any length a call.
#[inline]
pub(crate) fn put<const N: usize>(out: &mut Vec<u8>, text: &[u8; N], len: usize) {
    let end = out.len() + len;
    out.extend_from_slice(text);
    out.truncate(end);
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
    put(out, &text, len - 1);
}

/// An address in the standard library's form, IPv6 that holds an IPv4 address as such.
pub(crate) fn ip(out: &mut Vec<u8>, ip: IpAddr) {
    match ip {
        IpAddr::V4(v4) => address(out, Address::v4(v4.octets())),
        IpAddr::V6(_) => {
            let _ = write!(out, "{ip}");
        }
    }
}

/// A number of tenths, as `{:.1}` prints it.
pub(crate) fn tenths(out: &mut Vec<u8>, n: f64) {
    let tenths = (n * 10.0).round();
    if tenths.abs() < 1e9 && (tenths != 0.0 || n.is_sign_positive()) && tenths / 10.0 == n {
        if tenths < 0.0 {
            out.push(b'-');
        }
        decimal(out, tenths.abs() as u64 / 10);
        out.extend_from_slice(&[b'.', b'0' + (tenths.abs() as u64 % 10) as u8]);
    } else {
        let _ = write!(out, "{n:.1}");
    }
}

/// Two digits of a number below a hundred.
pub(crate) fn two(out: &mut Vec<u8>, n: u64) {
    out.extend_from_slice(&PAIRS[n as usize % 100]);
}

/// Eight digits, zeros in front.
#[inline]
const fn eight(n: u64) -> [u8; 8] {
    let (high, low) = (n as usize / 10_000, n as usize % 10_000);
    let [[a, b], [c, d]] = [PAIRS[high / 100 % 100], PAIRS[high % 100]];
    let [[e, f], [g, h]] = [PAIRS[low / 100], PAIRS[low % 100]];
    [a, b, c, d, e, f, g, h]
}

fn fixed(out: &mut Vec<u8>, micros: u64) {
    let (seconds, fraction) = (micros / 1_000_000, (micros % 1_000_000) as usize);
    let [[a, b], [c, d], [e, f]] = [PAIRS[fraction / 10_000], PAIRS[fraction / 100 % 100], PAIRS[fraction % 100]];
    let fraction = [b'.', a, b, c, d, e, f];
    // Since 2001 there are ten digits of seconds.
    if let front @ 10..100 = seconds / EIGHT {
        let mut text = [0; 17];
        text[..2].copy_from_slice(&PAIRS[front as usize]);
        text[2..10].copy_from_slice(&eight(seconds % EIGHT));
        text[10..].copy_from_slice(&fraction);
        out.extend_from_slice(&text);
    } else {
        decimal(out, seconds);
        out.extend_from_slice(&fraction);
    }
}

/// One more than eight digits hold.
const EIGHT: u64 = 100_000_000;
const ZEROS: u64 = u64::from_le_bytes(*b"00000000");

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
        let six = "2001:470:4867:99::21".parse::<IpAddr>().unwrap();
        assert_eq!(written(|out| address(out, six.into())), "2001:470:4867:99::21");
    }

    #[test]
    fn seconds_have_ten_digits_for_a_while() {
        let written = |micros| written(|out| interval(out, Duration::from_micros(micros)));
        assert_eq!([0, 1].map(written), ["0.000000", "0.000001"]);
        assert_eq!(written(999_999_999_999_999), "999999999.999999");
        assert_eq!(written(1_000_000_000_000_000), "1000000000.000000");
        assert_eq!(written(9_999_999_999_999_999), "9999999999.999999");
        assert_eq!(written(10_000_000_000_000_000), "10000000000.000000");
    }

    #[test]
    fn an_address_of_either_family_is_written() {
        for text in ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"] {
            assert_eq!(written(|out| ip(out, text.parse().unwrap())), text);
        }
    }

    #[test]
    fn before_1970_there_is_a_sign() {
        let written = |nanos| written(|out| time(out, Timestamp::from_nanos(nanos)));
        assert_eq!([-1, -1_000, -1_500_000_000].map(written), ["-0.000001", "-0.000001", "-1.500000"]);
        assert_eq!([0, 999, 1_000].map(written), ["0.000000", "0.000000", "0.000001"]);
    }

    #[test]
    fn tenths_of_what_is_no_number_of_tenths_are_rounded() {
        for n in [0.0, -0.0, 0.05, 0.25, 0.35, -0.04, -0.06, 1e9, 1e8 + 0.1, -1e8, 1e12, 1e300, f64::INFINITY, f64::NAN]
        {
            assert_eq!(written(|out| tenths(out, n)), format!("{n:.1}"), "{n}");
        }
    }

    proptest! {
        #[test]
        fn numbers_read_as_the_standard_library_writes_them(n: u64, less in 0u32..64, nanos: i64) {
            let n = n >> less;
            prop_assert_eq!(written(|out| decimal(out, n)), n.to_string());
            let tenth = (n % 100_000) as f64 / 10.0 - 5000.0;
            prop_assert_eq!(written(|out| tenths(out, tenth)), format!("{tenth:.1}"));
            let at = Timestamp::from_nanos(nanos.saturating_abs());
            prop_assert_eq!(written(|out| time(out, at)), at.to_string());
        }
    }
}
