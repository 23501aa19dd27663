"""The pages' formulas, read as trees and worked out for what their symbols stand for."""
