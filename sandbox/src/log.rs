//! The requests that arrived, and what each one got.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// How many requests are remembered; older ones are forgotten.
const REMEMBERED: usize = 1_000;

/// A request as it arrived, and what it got.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Counts the requests from 1.
    pub number: u64,
    /// When it arrived, as RFC 3339 in UTC.
    pub at: String,
    /// The method, such as `PUT`.
    pub method: String,
    /// The path as it was sent, still percent-encoded.
    pub path: String,
    /// The query as it was sent, without the question mark.
    pub query: Option<String>,
    /// The operation of the API document, or `token`, `authorize`, `revoke`; `None` if the request has no route.
    pub operation: Option<String>,
    /// The headers in their order; credentials are left out.
    pub headers: Vec<(String, String)>,
    /// The first 16 KB of the body as text; the body of a request with tokens is left out.
    pub body: String,
    /// The status of the answer; `None` if the client got none.
    pub status: Option<u16>,
    /// The fault that was injected, if any.
    pub fault: Option<String>,
}

/// The latest requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    records: Mutex<(u64, VecDeque<RequestRecord>)>,
}

impl RequestLog {
    /// The remembered requests, oldest first.
    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .iter()
            .cloned()
            .collect()
    }

    pub(crate) fn clear(&self) {
        *self.records.lock().unwrap_or_else(PoisonError::into_inner) = (0, VecDeque::new());
    }

    /// Remembers a request that arrived; returns its number.
    pub(crate) fn push(&self, mut record: RequestRecord) -> u64 {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.0 += 1;
        record.number = records.0;
        if records.1.len() == REMEMBERED {
            records.1.pop_front();
        }
        records.1.push_back(record);
        records.0
    }

    pub(crate) fn answer(&self, number: u64, status: Option<u16>, fault: Option<String>) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        // The record may have been forgotten, or the log cleared, while the request was under way.
        if let Some(record) = records
            .1
            .iter_mut()
            .rev()
            .find(|record| record.number == number)
        {
            record.status = status;
            record.fault = fault;
        }
    }
}
