//! Bytes that make no sense, the same in each run, for the tests of decoders.

/// A generator of noise (xorshift).
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise(u64);

impl Default for Noise {
    fn default() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }
}

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Whether the coin shows its head.
    pub(super) fn coin(&mut self) -> bool {
        self.next() & 0x1000 != 0
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end as u64)).unwrap()
    }

    /// Fewer than `end` bytes, small numbers among them, as lengths are.
    pub(super) fn bytes(&mut self, end: usize) -> Vec<u8> {
        let length = self.below(end);
        let mut byte = || {
            let number = self.next();
            let mask = if number & 0x300 == 0 { 0x0f } else { 0xff };
            u8::try_from(number & mask).unwrap()
        };
        (0..length).map(|_| byte()).collect()
    }

    /// `text` with a few of its bytes changed, or its end missing.
    pub(super) fn spoil(&mut self, text: &[u8]) -> Vec<u8> {
        let mut spoilt = text.to_vec();
        for _ in 0..self.below(6) {
            let at = self.below(spoilt.len().max(1));
            let with = *b" :\n\t0fF/-\xff\0".get(self.below(11)).unwrap();
            if let Some(byte) = spoilt.get_mut(at) {
                *byte = with;
            }
        }
        if self.coin() {
            spoilt.truncate(self.below(spoilt.len() + 1));
        }
        spoilt
    }
}
