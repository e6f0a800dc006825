//! What is known of the home network beforehand.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;
use wiretale_protocol::Address;

/// Networks, hosts with their owners, and services that are meant to be there. What it knows makes no evidence, and it
/// gives the letter its addressee.
#[derive(Clone, Default, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Home networks.
    #[serde(default)]
    pub networks: Vec<IpNet>,
    /// Sources whose logins, scans and probes are meant to be: the administrators'.
    #[serde(default)]
    pub approved_sources: Vec<IpNet>,
    /// Home hosts.
    #[serde(default, rename = "host")]
    pub hosts: Vec<KnownHost>,
}

/// A home host.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownHost {
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<String>,
    /// How to reach the owner.
    #[serde(default)]
    pub contact: Option<String>,
    /// TCP ports on which it is meant to serve.
    #[serde(default)]
    pub services: Vec<u16>,
}

/// What is wrong with an inventory: the line and the reason.
#[derive(Debug, thiserror::Error)]
#[error("inventory: {0}")]
pub struct InventoryError(#[from] toml::de::Error);

impl Inventory {
    /// Reads an inventory.
    ///
    /// # Errors
    /// With the line, if it is none.
    pub fn parse(text: &str) -> Result<Self, InventoryError> {
        Ok(toml::from_str(text)?)
    }

    /// What is known of this address.
    #[must_use]
    pub fn host(&self, address: IpAddr) -> Option<&KnownHost> {
        self.hosts.iter().find(|host| host.addresses.contains(&address))
    }

    /// Is this service meant to be there?
    #[must_use]
    pub fn serves(&self, address: Address, port: u16) -> bool {
        self.host(address.to_ip()).is_some_and(|host| host.services.contains(&port))
    }

    /// Is this one of the administrators' addresses?
    #[must_use]
    pub fn approved(&self, address: Address) -> bool {
        let ip = address.to_ip();
        self.approved_sources.iter().any(|net| net.contains(&ip))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inventory_is_read() {
        let text =
            "networks = [\"10.20.0.0/16\"]\n[[host]]\naddresses = [\"10.20.3.7\"]\nowner = \"Dana\"\nservices = [22]\n";
        let inventory = Inventory::parse(text).expect("well formed");
        let host = Address::v4([10, 20, 3, 7]);
        assert!(inventory.serves(host, 22) && !inventory.serves(host, 23));
        assert_eq!(inventory.host(host.to_ip()).and_then(|known| known.owner.as_deref()), Some("Dana"));
    }

    #[test]
    fn a_slip_is_told_with_its_line() {
        let error = Inventory::parse("networks = [\"10.20.0.0/16\"]\nhots = 1\n").expect_err("a misspelt key");
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
