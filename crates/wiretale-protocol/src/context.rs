//! What a decoder may say and to whom.

use alloc::vec::Vec;

use crate::{Expectation, Exposure, Moment, Observe, Observer, Protocol, Quota, SecretKey, Tag, Weird};

/// A decoder's only way out: it speaks to the observer with the flow's state, and leaves word of flows to come.
pub struct Context<'c, O: Observer> {
    moment: Moment<'c>,
    observer: &'c mut O,
    flow: &'c mut O::Flow,
    shared: &'c mut Shared,
    quota: Option<Quota<'c>>,
}

impl<'c, O: Observer> Context<'c, O> {
    /// A context for one chunk.
    pub fn new(moment: Moment<'c>, observer: &'c mut O, flow: &'c mut O::Flow, shared: &'c mut Shared) -> Self {
        Self { moment, observer, flow, shared, quota: None }
    }

    /// The same, in which the decoder may say no more weirds than are left to its flow.
    #[must_use]
    pub fn within(self, quota: Quota<'c>) -> Self {
        Self { quota: Some(quota), ..self }
    }

    /// When, who and where.
    #[must_use]
    pub const fn moment(&self) -> &Moment<'c> {
        &self.moment
    }

    /// Tells the observer of an event of `P`.
    #[inline]
    pub fn emit<P: Protocol>(&mut self, event: P::Event<'_>)
    where
        O: Observe<P>,
    {
        self.observer.observe(self.flow, &self.moment, &event);
    }

    /// Does the observer want every message as it stands?
    #[inline]
    #[must_use]
    pub fn wants_messages(&self) -> bool {
        self.observer.wants_messages()
    }

    /// Does the observer want to hear what others do than the one whose connection it is?
    #[inline]
    #[must_use]
    pub fn wants_others(&self) -> bool {
        self.observer.wants_others()
    }

    /// Tells the observer that something was not as it should be, unless the flow said so often enough.
    #[cold]
    pub fn weird(&mut self, name: &'static str, addl: &[u8]) {
        if self.quota.as_mut().is_some_and(|quota| !quota.allow(name)) {
            return;
        }
        self.observer.weird(self.flow, &self.moment, &Weird { name, addl });
    }

    /// Tells the observer that a secret crossed the wire in clear.
    pub fn expose(&mut self, exposure: &Exposure<'_>) {
        self.observer.exposed(self.flow, &self.moment, exposure);
    }

    /// The tag of a secret: equal for equal secrets within one run, and telling nothing else of them.
    #[must_use]
    pub fn tag(&self, secret: &[u8]) -> Tag {
        self.shared.key.tag(secret)
    }

    /// Announces a flow.
    pub fn expect(&mut self, expectation: Expectation) {
        self.shared.expected.push(expectation);
    }

    /// The flow is of this service beyond doubt. Say it as soon as it is so; saying it again is harmless.
    pub fn confirm(&mut self, service: &'static str) {
        if !self.shared.confirmed.contains(&service) {
            self.shared.confirmed.push(service);
        }
    }

    /// The same, and its server says so itself: what a client says alone, it may say to any port. Say it once.
    pub fn serve(&mut self, service: &'static str) {
        self.confirm(service);
        self.shared.served.push(service);
    }

    /// The flow is not of this service after all, though it was confirmed.
    pub fn retract(&mut self, service: &'static str) {
        self.shared.retracted.push(service);
    }
}

/// What decoders leave behind for the engine to pick up after each chunk.
#[derive(Default)]
pub struct Shared {
    /// Flows announced since the engine last looked.
    pub expected: Vec<Expectation>,
    /// Services confirmed since the engine last looked.
    pub confirmed: Vec<&'static str>,
    /// Services that a server spoke itself, since the engine last looked: confirmed, too.
    pub served: Vec<&'static str>,
    /// Services taken back since the engine last looked.
    pub retracted: Vec<&'static str>,
    key: SecretKey,
}

impl Shared {
    /// With this key for the tags of secrets.
    #[must_use]
    pub const fn new(key: SecretKey) -> Self {
        Self { expected: Vec::new(), confirmed: Vec::new(), served: Vec::new(), retracted: Vec::new(), key }
    }
}
