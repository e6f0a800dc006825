//! Numbers as text, appended to bytes without a string in between.

use std::io::Write as _;
use std::time::Duration;

use wiretale::packet::{Address, Timestamp};

/// `n` in decimal.
pub(crate) fn decimal(out: &mut Vec<u8>, mut n: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (n % 10) as u8;
        n /= 10;
        if n == 0 {
            break;
        }
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
    for (n, octet) in octets.into_iter().enumerate() {
        if n > 0 {
            out.push(b'.');
        }
        decimal(out, octet.into());
    }
}

fn fixed(out: &mut Vec<u8>, micros: u64) {
    decimal(out, micros / 1_000_000);
    let mut fraction = micros % 1_000_000;
    let mut digits = *b".000000";
    for digit in digits.iter_mut().skip(1).rev() {
        *digit += (fraction % 10) as u8;
        fraction /= 10;
    }
    out.extend_from_slice(&digits);
}

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
