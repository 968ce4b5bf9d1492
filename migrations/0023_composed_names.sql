-- Names are stored in NFC: an accented letter typed as two characters is found when it is typed as one.
update agency set name = normalize(name, nfc) where name is not nfc normalized;
update agency_period set name = normalize(name, nfc) where name is not nfc normalized;
update agency_record set name = normalize(name, nfc) where name is not nfc normalized;
