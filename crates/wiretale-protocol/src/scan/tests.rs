use alloc::vec::Vec;

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn all_places_are_found(bytes in proptest::collection::vec(prop_oneof![
        1 => any::<u8>(), 1 => prop::sample::select(&b" \t\r\n!@:"[..]), 8 => Just(b'a'),
    ], 0..200)) {
        let want = |any: &[u8]| -> Vec<usize> { (0..bytes.len()).filter(|&at| any.contains(&bytes[at])).collect() };
        prop_assert_eq!(places(&bytes, *b" ").collect::<Vec<_>>(), want(b" "));
        prop_assert_eq!(places(&bytes, *b"\r\n").collect::<Vec<_>>(), want(b"\r\n"));
        prop_assert!(words(&bytes).eq(bytes.split(|&byte| byte == b' ').filter(|word| !word.is_empty())));
        let low = (0..bytes.len().min(64)).filter(|&at| bytes[at] <= b' ').fold(0, |bits, at| bits | 1_u64 << at);
        prop_assert_eq!(low_bytes(&bytes), low);
        prop_assert_eq!(first(&bytes, *b"!@"), want(b"!@").first().copied());
        prop_assert_eq!(first_control(&bytes), bytes.iter().position(|&byte| byte < b' '));
        let odd = |byte: &u8| !byte.is_ascii_graphic() && *byte != b' ' || b"!:".contains(byte);
        prop_assert_eq!(first_odd(&bytes, *b"!:"), bytes.iter().position(odd));
        prop_assert_eq!(holds(&bytes, *b"\t"), !want(b"\t").is_empty());
        let words = || bytes.split(|&byte| byte <= b' ').map(<[u8]>::len);
        for long in [16, 17, 24, 31, 32, 33] {
            let sorts = sorts(&bytes, long);
            prop_assert_eq!(sorts.controls, bytes.iter().any(u8::is_ascii_control));
            prop_assert_eq!(sorts.colons, bytes.contains(&b':'));
            prop_assert_eq!(sorts.long_words, words().any(|len| len >= long));
        }
    }
}
