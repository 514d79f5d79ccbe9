//! The request id: one for all attempts of a call, so that the service's log can be searched for it.

use bytes::Bytes;
use http::HeaderValue;
use http::header::HeaderName;

pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// 128 random bits in hexadecimal digits.
pub(super) fn random() -> HeaderValue {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut bits = fastrand::u128(..);
    let id: [u8; 32] = std::array::from_fn(|_| {
        let digit = DIGITS[(bits & 0xf) as usize];
        bits >>= 4;
        digit
    });
    // Owned by the bytes themselves, so that the copies that retries need cost nothing.
    HeaderValue::from_maybe_shared(Bytes::from_owner(id))
        .unwrap_or_else(|_| HeaderValue::from_static("0"))
}
