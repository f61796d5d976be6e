"""`python -m tests.chart.golden` writes the golden renders."""

from tests.chart import golden

golden.write()
