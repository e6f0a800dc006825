//! Which addresses are ours.

use ipnet::IpNet;
use wiretale_protocol::Address;

/// The networks watched over.
#[derive(Clone, Debug)]
pub struct Home {
    local: Nets,
    home: Nets,
}

/// Networks, and what the first byte of an IPv4 address tells of them: most often all.
#[derive(Clone, Debug)]
struct Nets {
    // Network and mask.
    v6: Vec<(u128, u128)>,
    v4: Vec<(u32, u32)>,
    first: Box<[Within; 256]>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Within {
    None,
    All,
    Some,
}

impl Home {
    /// The networks named; where none is named, private addresses are home.
    #[must_use]
    pub fn new(named: Vec<IpNet>) -> Self {
        if named.is_empty() {
            return Self { local: Nets::new(nets(SPECIAL)), home: Nets::new(nets(PRIVATE)) };
        }
        Self { local: Nets::new(named.clone()), home: Nets::new(named) }
    }

    /// Is it local, in the sense of `local_orig` and `local_resp`? Without named networks these are Zeek's: every
    /// address that is not routed on the Internet (RFC 6890), the documentation networks among them.
    #[must_use]
    pub fn is_local(&self, address: Address) -> bool {
        self.local.contain(address)
    }

    /// Is it a host of ours? Without named networks: private, loopback and link-local addresses.
    #[must_use]
    pub fn is_home(&self, address: Address) -> bool {
        self.home.contain(address)
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Nets {
    fn new(nets: Vec<IpNet>) -> Self {
        let mut first = Box::new([Within::None; 256]);
        for net in &nets {
            let IpNet::V4(net) = net else { continue };
            for (octet, within) in first.iter_mut().enumerate() {
                let whole = IpNet::from(std::net::IpAddr::from([octet as u8, 0, 0, 0]));
                let block = IpNet::new(whole.addr(), 8).unwrap_or(whole);
                let net = IpNet::V4(*net);
                *within = match *within {
                    _ if net.contains(&block) => Within::All,
                    Within::None if block.contains(&net) => Within::Some,
                    within => within,
                };
            }
        }
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for net in nets {
            match net {
                IpNet::V4(net) => v4.push((net.network().to_bits(), net.netmask().to_bits())),
                IpNet::V6(net) => v6.push((net.network().to_bits(), net.netmask().to_bits())),
            }
        }
        Self { v6, v4, first }
    }

    #[inline]
    fn contain(&self, address: Address) -> bool {
        let Some(octets) = address.as_v4() else {
            let bits = u128::from_be_bytes(address.octets());
            return self.v6.iter().any(|(network, mask)| bits & mask == *network);
        };
        match self.first[usize::from(octets[0])] {
            Within::None => false,
            Within::All => true,
            Within::Some => {
                let bits = u32::from_be_bytes(octets);
                self.v4.iter().any(|(network, mask)| bits & mask == *network)
            }
        }
    }
}

fn nets(list: &[&str]) -> Vec<IpNet> {
    list.iter().filter_map(|net| net.parse().ok()).collect()
}

const PRIVATE: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

const SPECIAL: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/24",
    "239.0.0.0/8",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_in_the_lists_is_one() {
        assert_eq!(nets(PRIVATE).len(), PRIVATE.len());
        assert_eq!(nets(SPECIAL).len(), SPECIAL.len());
    }

    #[test]
    fn named_networks_replace_the_private_ones() {
        let home = Home::new(vec!["198.51.100.0/24".parse().unwrap()]);
        assert!(home.is_home(Address::v4([198, 51, 100, 7])) && home.is_local(Address::v4([198, 51, 100, 7])));
        assert!(!home.is_home(Address::v4([10, 0, 0, 1])) && !home.is_local(Address::v4([10, 0, 0, 1])));
        assert!(Home::default().is_local(Address::v4([203, 0, 113, 1])));
        assert!(!Home::default().is_home(Address::v4([203, 0, 113, 1])));
    }

    #[test]
    fn a_network_ends_where_its_mask_ends() {
        let private = Home::default();
        for (inside, outside) in [
            ([172, 16, 0, 0], [172, 15, 255, 255]),
            ([172, 31, 255, 255], [172, 32, 0, 0]),
            ([192, 168, 255, 255], [192, 169, 0, 0]),
            ([100, 64, 0, 0], [100, 63, 255, 255]),
            ([169, 254, 7, 7], [169, 255, 0, 0]),
            ([10, 255, 255, 255], [11, 0, 0, 0]),
        ] {
            assert!(private.is_home(Address::v4(inside)) && !private.is_home(Address::v4(outside)), "{inside:?}");
        }
        let v6 = |text: &str| private.is_home(Address::from(text.parse::<std::net::IpAddr>().unwrap()));
        assert!(v6("fd00::1") && v6("fe80::1") && v6("::1") && !v6("2001:db8::1") && !v6("fec0::1"));
    }

    #[test]
    fn a_network_of_ipv6_ends_where_its_mask_ends() {
        for (net, inside, outside) in [
            ("fe80::/10", "febf::ff", "fec0::"),
            ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
            ("2001:db8::7/128", "2001:db8::7", "2001:db8::6"),
            ("::/0", "ff02::1", "10.0.0.1"),
        ] {
            let home = Home::new(vec![net.parse().unwrap()]);
            let has = |text: &str| home.is_home(Address::from(text.parse::<std::net::IpAddr>().unwrap()));
            assert!(has(inside) && !has(outside), "{net}");
        }
    }

    #[test]
    fn networks_may_be_wider_than_their_first_byte_and_lie_in_each_other() {
        for nets in [["10.0.0.0/7", "10.1.0.0/16"], ["10.1.0.0/16", "10.0.0.0/7"]] {
            let home = Home::new(nets.iter().map(|net| net.parse().unwrap()).collect());
            for first in [10, 11] {
                assert!(home.is_home(Address::v4([first, 200, 0, 1])), "{nets:?} {first}");
            }
            assert!(!home.is_home(Address::v4([12, 1, 0, 1])) && !home.is_home(Address::v4([9, 1, 0, 1])));
        }
    }
}
