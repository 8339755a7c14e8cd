//! The wrappers that hold regulated values in the structs developers share.
//!
//! None of them has `Debug`, `Display`, `Serialize`, `Clone`, `PartialEq`, `Hash`, `Default` or `Deref`: what a struct
//! holds cannot leave by a derive, a format string or a field access. [`Plain`], an opened value, has one exit,
//! [`Plain::disclose`], which asks for a reason that reviewers see.

mod blind_index;

use std::marker::PhantomData;

use boundary_schema::Protection;
use zeroize::{Zeroize, Zeroizing};

use crate::DataKey;
use crate::clock::Timestamp;
use crate::error::{AccessError, DecodeError};
use crate::plaintext::{Cell, CellContent, Column, Plaintext};
use crate::seam::{FieldAddress, Opener};

pub(crate) use blind_index::normalised;
pub use blind_index::{BlindIndex, Indexed, Sought};

/// A value as ciphertext under its record's data key. It is exactly its bytes.
///
/// ```compile_fail
/// fn print(email: &boundary_runtime::Sealed<String>) {
///     println!("{email:?}"); // a sealed value has no Debug
/// }
/// ```
pub struct Sealed<T> {
    bytes: Box<[u8]>,
    value: PhantomData<fn() -> T>,
}

/// A value that lies as it is in its own region's store, so that the store can query it.
///
/// In a program it is as closed as a [`Sealed`] one: it opens by the same accessor, needs the record's data key to
/// unwrap, and so is out of reach once the tenant's key is gone. The store's own files hold it in the clear, which
/// the report says of every resident column.
///
/// It holds the cell of its column and makes a `T` of it only when it is opened: otherwise a type of one's own would see
/// the value in its [`Column::from_cell`], without a session.
pub struct Resident<T> {
    cell: Cell,
    value: PhantomData<fn() -> T>,
}

impl<T> Drop for Resident<T> {
    fn drop(&mut self) {
        // Texts and bytes in a cell wipe themselves.
        if let CellContent::Integer(number) = &mut self.cell.0 {
            number.zeroize();
        }
    }
}

/// An opened value. Wiped when dropped; it has no other method than the exit.
///
/// ```compile_fail
/// fn log(email: boundary_runtime::Plain<String>) -> String {
///     format!("{email}") // an opened value has no Display
/// }
/// ```
pub struct Plain<T: Zeroize> {
    value: T,
}

impl<T: Zeroize> Plain<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value }
    }

    /// The value, for the gate and for look-ups: it never leaves this crate.
    pub(crate) fn inner(&self) -> &T {
        &self.value
    }

    /// The one named exit: the plaintext, for the reason given. Each use is listed in the report with its reason.
    ///
    /// ```
    /// # use boundary_runtime::Plain;
    /// fn print_receipt(email: &Plain<String>) -> usize {
    ///     email.disclose("address the receipt to the payer").len()
    /// }
    /// ```
    pub fn disclose(&self, reason: &'static str) -> &T {
        let _ = reason;
        &self.value
    }
}

impl<T: Zeroize> Drop for Plain<T> {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

mod sealed {
    use super::{Column, Plaintext, Resident, Sealed};

    pub trait Guarded {}
    impl<T: Plaintext> Guarded for Sealed<T> {}
    impl<T: Plaintext + Column> Guarded for Resident<T> {}
    impl<G: Guarded> Guarded for Option<G> {}
}

/// A wrapper that may hold a regulated field: [`Sealed`], [`Resident`], or an `Option` of either.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds a regulated value in the clear",
    label = "this field's raw form may not be everywhere, so its type must keep it closed",
    note = "write `Sealed<{Self}>` (ciphertext) or `Resident<{Self}>` (plain in its own region's store), or an \
            `Option` of one"
)]
pub trait Guarded: sealed::Guarded + Sized {
    /// What is given in when the field is written.
    type Value;
    /// What an accessor gives out.
    type Opened;
    /// How the wrapper protects the value.
    const PROTECTION: Protection;

    /// Closes a value. Called by generated code through [`crate::Session`].
    #[doc(hidden)]
    fn close(value: Self::Value, field: &mut impl Closing) -> Result<Self, AccessError>;

    /// Opens a value. Called by generated code through [`crate::Session`].
    #[doc(hidden)]
    fn open(
        &self,
        opener: &dyn Opener,
        key: &DataKey,
        field: &FieldAddress<'_>,
        now: Timestamp,
    ) -> Result<Self::Opened, AccessError>;
}

/// One field of a record that a value is written into, with the record's key at hand. It is public in name only: no other crate
/// can reach it, so none can call [`Guarded::close`].
///
/// ```compile_fail
/// use boundary_runtime::Closing; // there is no such name
/// ```
pub trait Closing {
    /// Checks that a resident value may be written.
    fn admit(&mut self) -> Result<(), AccessError>;

    /// Seals a plaintext and appends the envelope to `out`.
    fn seal(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), AccessError>;
}

/// What is given in for a field with wrapper `W`: `String` for `Sealed<String>`.
pub type Given<W> = <W as Guarded>::Value;

/// What an accessor gives out for a field with wrapper `W`: `Result<Plain<String>, AccessError>` for `Sealed<String>`.
pub type Opened<W> = Result<<W as Guarded>::Opened, AccessError>;

impl<T: Plaintext> Guarded for Sealed<T> {
    type Value = T;
    type Opened = Plain<T>;
    const PROTECTION: Protection = Protection::Sealed;

    fn close(value: T, field: &mut impl Closing) -> Result<Self, AccessError> {
        let value = Plain::new(value);
        let mut bytes = Vec::new();
        if let Some(plaintext) = value.value.as_encoded() {
            field.seal(plaintext, &mut bytes)?;
        } else {
            let mut plaintext = Zeroizing::new(Vec::with_capacity(64));
            value.value.encode(&mut plaintext)?;
            field.seal(&plaintext, &mut bytes)?;
        }
        Ok(Self {
            bytes: bytes.into_boxed_slice(),
            value: PhantomData,
        })
    }

    fn open(
        &self,
        opener: &dyn Opener,
        key: &DataKey,
        field: &FieldAddress<'_>,
        now: Timestamp,
    ) -> Result<Plain<T>, AccessError> {
        let mut plaintext = Zeroizing::new(Vec::new());
        opener.open(key, field, &self.bytes, &mut plaintext, now)?;
        // What was sealed as this type decodes as it; anything else is as opaque as a failed tag.
        T::decode_owned(plaintext)
            .map(Plain::new)
            .map_err(|_| AccessError::Undecryptable)
    }
}

impl<T: Plaintext + Column> Guarded for Resident<T> {
    type Value = T;
    type Opened = Plain<T>;
    const PROTECTION: Protection = Protection::Resident;

    fn close(value: T, field: &mut impl Closing) -> Result<Self, AccessError> {
        let value = Plain::new(value);
        field.admit()?;
        Ok(Self {
            cell: value.value.to_cell(),
            value: PhantomData,
        })
    }

    fn open(
        &self,
        opener: &dyn Opener,
        key: &DataKey,
        field: &FieldAddress<'_>,
        now: Timestamp,
    ) -> Result<Plain<T>, AccessError> {
        opener.admit(key, field, now)?;
        T::from_cell(&self.cell)
            .map(Plain::new)
            .map_err(|_| AccessError::Undecryptable)
    }
}

impl<G: Guarded> Guarded for Option<G> {
    type Value = Option<G::Value>;
    type Opened = Option<G::Opened>;
    const PROTECTION: Protection = G::PROTECTION;

    fn close(value: Self::Value, field: &mut impl Closing) -> Result<Self, AccessError> {
        value.map(|value| G::close(value, field)).transpose()
    }

    fn open(
        &self,
        opener: &dyn Opener,
        key: &DataKey,
        field: &FieldAddress<'_>,
        now: Timestamp,
    ) -> Result<Self::Opened, AccessError> {
        self.as_ref()
            .map(|guarded| guarded.open(opener, key, field, now))
            .transpose()
    }
}

impl<T> Sealed<T> {
    /// The ciphertext, for a store of one's own. It opens only with the record's data key in its own region.
    #[must_use]
    pub fn as_ciphertext(&self) -> &[u8] {
        &self.bytes
    }

    /// A sealed value as a store kept it. Whether it opens is decided when it is opened.
    #[must_use]
    pub fn from_ciphertext(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.into(),
            value: PhantomData,
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T> Column for Sealed<T> {
    fn to_cell(&self) -> Cell {
        Cell::blob(&self.bytes)
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        match &cell.0 {
            CellContent::Blob(bytes) => Ok(Self::from_ciphertext(bytes)),
            _ => Err(DecodeError::new("a binary cell with ciphertext")),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T> Column for Resident<T> {
    /// A closed cell: [`Column::from_cell`] of the plain type refuses it, so the row is no way around the accessor.
    fn to_cell(&self) -> Cell {
        self.cell.copy().closed()
    }

    fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
        match &cell.0 {
            CellContent::Closed(inner) => Ok(Self {
                cell: inner.copy(),
                value: PhantomData,
            }),
            _ => Err(DecodeError::new("a closed cell from a region's store")),
        }
    }
}
