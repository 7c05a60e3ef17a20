"""The code is no longer in force. Its successor is only proposed: that changes what the data say."""

CODE = "cell.code-withdrawn"
