"""Money: conversion, prices and prizes, and what a plan is worth."""
