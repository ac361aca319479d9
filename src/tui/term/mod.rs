//! The one owner of terminal modes, input and output beside the frame.
