"""Radiation protection after discharge: from measured dose rate to discharge and times of contact.

| module     | what it does                                                        |
|------------|---------------------------------------------------------------------|
| `data`     | what the knowledge says: constraints, patterns, limits              |
| `readings` | the table of measurements, each an interval                         |
| `curve`    | dose rate over time: exponentials between readings and after them   |
| `contact`  | dose of a daily pattern of contact, and when it may be taken up     |
| `question` | what is asked, and the upper and lower curve that follow            |
| `report`   | discharge limits and contacts of a patient                          |
| `sheet`    | what the patient takes home                                         |
"""
