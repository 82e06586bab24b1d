//! Reads a response into a value or an error.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::{Error, json_error};
use super::response::Response;
use super::wire::json;

impl Response {
    /// Returns the response itself if its status is 2xx.
    ///
    /// # Errors
    ///
    /// For any other status, with what the body and the headers say about the reason.
    pub fn success(self) -> Result<Self, Error> {
        if self.status.is_success() {
            Ok(self)
        } else {
            Err(Error::from_response(&self))
        }
    }

    /// Reads the body as JSON, whatever the status and the content type.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](super::ErrorKind::Decode) when the body is not JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        json::from_slice(&self.body).map_err(|error| Error::decode(self, json_error(self, &error)))
    }

    /// Reads the body as a JSON object. serde would also read a struct from an array, value by
    /// value.
    pub(crate) fn object<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if !self.body.trim_ascii_start().starts_with(b"{") {
            // Fails, and says what there is instead.
            self.json::<Map<String, Value>>()?;
        }
        self.json()
    }

    /// Returns the body as text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}
