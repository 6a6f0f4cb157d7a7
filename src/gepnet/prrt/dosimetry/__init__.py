"""MIRD dosimetry of Lu-177: from time-activity data to doses, with their uncertainty.

Import from the modules: they need numpy, which the rest of gepnet does not load.

| module              | subject                                                        |
|---------------------|----------------------------------------------------------------|
| `data`              | constants, S-values and limits, from the knowledge             |
| `table`             | the CSV file, with every problem named                         |
| `decay`             | physical decay, half-lives                                     |
| `forms`             | mono-, bi- and tri-exponential curves and their derivatives    |
| `start`, `solve`    | least squares for thousands of curves at once                  |
| `fit`               | one form: parameters, covariance, integral                     |
| `weights`           | how far few points speak for each form                         |
| `choose`, `reasons` | which form, or why none; the same in words                     |
| `average`           | results over the forms, by their weights                       |
| `uncertainty`       | intervals by covariance and by simulated measurements          |
| `single_time_point` | one measurement: two formulas and their errors                 |
| `absorbed`          | S-values, mass, dose from other regions                        |
| `marrow`, `bed`     | red marrow from blood; kidney BED with repair                  |
| `trapezoid`         | the integral without a model, to hold beside a fitted one      |
| `cumulative`        | sums over cycles                                               |
| `run`               | all of it                                                      |
| `notes`, `report`   | what is said of a patient                                      |
| `columns`           | what is shown of many: columns, an overview by region          |
"""
