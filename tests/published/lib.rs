//! Empty: the dependencies are what is wanted of this package.
