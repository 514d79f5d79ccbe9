//! How a blocking type is made of one of the facade: the lists of its methods give their names, arguments and answers,
//! and a link to the documentation of the facade's.

/// A type that holds the facade's one of the same name.
macro_rules! twin {
    ($name:ident) => {
        #[doc = concat!("[`", stringify!($name), "`](crate::resources::", stringify!($name), "), blocking.")]
        #[derive(Debug, Clone)]
        #[must_use = "it sends nothing until one of its methods is called"]
        pub struct $name {
            inner: crate::resources::$name,
            runtime: Runtime,
        }

        impl $name {
            pub(super) fn new(inner: crate::resources::$name, runtime: &Runtime) -> Self {
                let runtime = runtime.clone();
                Self { inner, runtime }
            }
        }
    };
}

/// Methods that lead to another blocking type.
macro_rules! ways {
    ($of:literal: $($method:ident($($argument:ident: $type:ty)?) -> $next:ident $(<$entity:ty>)?;)*) => {
        $(
            #[doc = concat!("As [`", stringify!($method), "`](", $of, "::", stringify!($method), "). Nothing is sent yet.")]
            pub fn $method(&self $(, $argument: $type)?) -> $next $(<$entity>)? {
                $next::new(self.inner.$method($($argument)?), &self.runtime)
            }
        )*
    };
}

/// Methods that send, and wait for the answer.
macro_rules! calls {
    ($of:literal: $($method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        $(
            #[doc = concat!("As [`", stringify!($method), "`](", $of, "::", stringify!($method), "), blocking.")]
            ///
            /// # Errors
            /// The same.
            ///
            /// # Panics
            /// Inside of an asynchronous runtime.
            pub fn $method(&self $(, $argument: $type)*) -> Result<$answer> {
                self.runtime.wait(self.inner.$method($($argument),*))
            }
        )*
    };
}

/// Edits by a closure that may fail.
macro_rules! try_edits {
    ($of:literal: $($method:ident($edited:ty) -> $answer:ty;)*) => {
        $(
            #[doc = concat!("As [`", stringify!($method), "`](", $of, "::", stringify!($method), "), blocking.")]
            ///
            /// # Errors
            /// The same.
            ///
            /// # Panics
            /// Inside of an asynchronous runtime.
            pub fn $method<E: From<Error>>(
                &self,
                change: impl FnOnce(&mut $edited) -> Result<(), E>,
            ) -> Result<$answer, E> {
                let change = async move |edited: &mut $edited| change(edited);
                self.runtime.wait(self.inner.$method(change))
            }
        )*
    };
}

/// Methods that change what will be sent.
macro_rules! settings {
    ($of:literal: $($method:ident($argument:ident: $type:ty);)*) => {
        $(
            #[doc = concat!("As [`", stringify!($method), "`](", $of, "::", stringify!($method), ").")]
            pub fn $method(mut self, $argument: $type) -> Self {
                self.inner = self.inner.$method($argument);
                self
            }
        )*
    };
}
