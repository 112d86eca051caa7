CREATE TABLE customers (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, kind TEXT NOT NULL CHECK (kind IN ('person', 'company')),
  salutation TEXT NOT NULL, first_name TEXT NOT NULL, last_name TEXT NOT NULL, company TEXT NOT NULL,
  street TEXT NOT NULL, postal_code TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL,
  phone TEXT NOT NULL, mobile TEXT NOT NULL, email TEXT NOT NULL,
  sorted_by TEXT NOT NULL, CHECK (last_name <> '' OR company <> '')
) STRICT;
CREATE TABLE cars (
  customer INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE, position INTEGER NOT NULL,
  licence_plate TEXT NOT NULL, vin TEXT NOT NULL, make TEXT NOT NULL, model TEXT NOT NULL,
  PRIMARY KEY (customer, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE keys (
  key TEXT NOT NULL, rank INTEGER NOT NULL, customer INTEGER NOT NULL REFERENCES customers ON DELETE CASCADE,
  PRIMARY KEY (key, rank, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_of_customers ON keys (customer, key, rank);
