//! Types whose values no log may show.

/// Gives types that hold secrets a `Debug` that says their name and nothing else.
#[macro_export]
macro_rules! undisclosed {
    ($($name:ident),+ $(,)?) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use crate::wire::SignIn;

    #[test]
    fn what_is_not_disclosed_has_a_name_and_nothing_else() {
        let sign_in = SignIn { email: "ada@example.com".to_owned(), password: "hunter2".to_owned() };
        assert_eq!(format!("{sign_in:?}"), "SignIn { .. }");
    }
}
