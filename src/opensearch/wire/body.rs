//! The JSON body of a call.

/// The method of every call with a JSON body for the parts that have no method.
macro_rules! body_param {
    () => {
        /// Sets a part of the JSON body that has no method here, by its name in the reference.
        pub fn body_param(
            mut self,
            name: impl Into<String>,
            json: impl Into<serde_json::Value>,
        ) -> Self {
            self.body.insert(name.into(), json.into());
            self
        }
    };
}
pub(crate) use body_param;
