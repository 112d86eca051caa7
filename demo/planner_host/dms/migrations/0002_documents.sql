-- A customer with all cars becomes one document; what a search needs is kept in memory.
CREATE TABLE documents (
  number TEXT PRIMARY KEY,
  document TEXT NOT NULL
    CHECK (json_extract(document, '$.last_name') <> '' OR json_extract(document, '$.company') <> '')
) STRICT;
INSERT INTO documents
SELECT number, json_object(
  'number', number, 'kind', kind, 'salutation', salutation, 'first_name', first_name, 'last_name', last_name,
  'company', company, 'street', street, 'postal_code', postal_code, 'city', city, 'country', country,
  'phone', phone, 'mobile', mobile, 'email', email,
  'cars', (
    SELECT json_group_array(
      json_object('licence_plate', licence_plate, 'vin', vin, 'make', make, 'model', model)
    )
    FROM (SELECT * FROM cars WHERE customer = customers.id ORDER BY position)
  )
)
FROM customers;
DROP TABLE keys;
DROP TABLE cars;
DROP TABLE customers;
